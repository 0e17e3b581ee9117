"""A market whose processes all run: browsers and programs walk in, nothing is mocked."""

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.support.market import ROOT, Market


@dataclass(frozen=True)
class LiveMarket:
    """`shops`: what each vendor (by slug) sells, `owners` who signs in there; `staff` may approve vendors, `finance` sees the
    money; everybody's password is the same. `behind` is its world, to look into as superuser."""

    shops: dict[str, list[str]]
    owners: dict[str, str]
    staff: str
    finance: str
    password: str
    faces: dict[str, str]
    mail: Path
    behind: Market

    def market(self, path: str = "/") -> str:
        return f"http://localhost:{self.faces['market']}{path}"

    def front(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.faces['market']}{path}"

    def portal(self, slug: str, path: str = "") -> str:
        return f"http://{slug}.portal.localhost:{self.faces['portal']}{path}"

    def office(self, path: str = "/") -> str:
        return f"http://office.localhost:{self.faces['office']}{path}"

    def link_mailed_to(self, address: str, part: str, within_seconds: float = 60) -> str:
        """The link that has `part` in it, from the newest mail to `address` that has one. Waits for it."""
        end = time.monotonic() + within_seconds
        while time.monotonic() < end:
            for file in sorted(self.mail.glob("*.eml"), reverse=True):
                message = message_from_bytes(file.read_bytes(), policy=default)
                body = message.get_body(("plain",))
                if address in str(message["To"]) and body is not None:
                    links = re.findall(r"https?://\S+", body.get_content())
                    if found := next((link for link in links if part in link), None):
                        return found
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} with a link to {part}")


def open_market() -> Iterator[LiveMarket]:
    """One, until it is closed."""
    market = Market("live")
    process = market.start(
        ROOT / "tests/support/open_market.py",
        PYTHONSAFEPATH="1",  # what lies beside the script stands in for nothing of the product
        SOUK_PROCESS="journey",
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        SOUK_FAULTS=str(market.faults),
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("open "):
                break
        else:
            raise AssertionError("the market did not open:\n" + "".join(said))
        yield LiveMarket(**json.loads(line.removeprefix("open ")), mail=market.world.mail, behind=market)
    finally:
        process.terminate()
        process.wait(timeout=60)
        market.close()
