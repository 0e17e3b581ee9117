"""The demo marketplace: its cast as data, the pictures drawn for it, and the seed that puts both in place."""
