"""News for pages that are open: they say that something changed, never what. Whoever hears asks the page again.

    a fact ──> worker: `news.tell(["order:…"])` ──Valkey──> live: every stream of that topic ──> the browser asks for the part
    of its page that may be another one now, by the door that the page itself came through.

A page that may be seen gets a ticket for its topics (`tickets`); the `live` process (`streams`) knows tickets and topics, and
neither people, orders nor the database. What it could tell to the wrong one is that something changed.
"""
