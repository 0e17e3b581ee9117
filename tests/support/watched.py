"""A market's processes, as `make demo` starts them, with JSON logs and health checks for all: to see what they tell."""

import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from types import TracebackType

from prometheus_client.parser import text_string_to_metric_families

from embedded import ensure_postgres, ensure_valkey
from embedded.processes import SERVING, Ports, command_of, environment_of, valkey_users
from tests.support.market import PORTS, ROOT, Market, free_ports

TOKEN = "scrapers-token-0123456789abcdef"
PROCESSES = ("sandbox", "web", "portal", "office", "worker", "shopworker", "beat", "live")
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass
class Watched:
    """Within `with`, all processes of the market run; what they say lies in its world's `logs`."""

    market: Market
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "Watched":
        world, told = self.market.world, self.market.environment
        faces = Ports(*(int(told[f"SOUK_{face}_PORT"]) for face in PORTS))
        self.ports = {process: getattr(faces, face) for process, face in SERVING.items()}
        self.ports |= zip(("worker", "shopworker"), free_ports(2), strict=True)
        ensure_postgres(world, linger_seconds=600)
        ensure_valkey(world, acl=valkey_users(world))
        world.logs.mkdir(parents=True, exist_ok=True)
        for process in PROCESSES:
            own = environment_of(process, world, faces)
            own |= {"SOUK_VAR": str(self.market.var), "SOUK_LOG": "json", "SOUK_METRICS_TOKEN": TOKEN}
            if process not in SERVING and process in self.ports:
                own["SOUK_METRICS_PORT"] = str(self.ports[process])
            own.pop("SOUK_STRIPE_CAPTURE", None)
            with (world.logs / f"{process}.log").open("ab") as log:
                self.running[process] = subprocess.Popen(
                    command_of(process, world, faces),
                    env=own,
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                )
        for process in self.ports:
            wait_until(lambda process=process: self.fetch(process, "/readyz")[0] == 200, f"{process} being ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for child in self.running.values():
            child.terminate()
        for child in self.running.values():
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def address(self, process: str) -> str:
        return f"http://127.0.0.1:{self.ports[process]}"

    def fetch(self, process: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Ask a process by its bare address, as a machine does."""
        request = urllib.request.Request(self.address(process) + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def samples(self, process: str) -> Samples:
        """{(name, labels): value} of its metrics page."""
        status, page = self.fetch(process, "/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200, page
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }

    def logs(self) -> Iterator[tuple[str, int, str]]:
        """(file, number, line) of every line that any part of this world has written, its servers' included."""
        for file in sorted(self.market.world.logs.rglob("*")):
            if file.is_file():
                for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1):
                    yield file.name, number, line


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(0.1)


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what its fields hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        is_chosen = given.get("type") not in ("checkbox", "radio") or "checked" in given
        if tag in ("input", "select", "textarea") and self.found and given.get("name") and is_chosen:
            self.found[-1][1][given["name"]] = given.get("value", "")


class Visitor:
    """Somebody with a plain browser: follows links, keeps cookies, fills in forms."""

    def __init__(self, home: str) -> None:
        self.address, self.page, self.status = home, "", 0
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def go(self, address: str, data: dict[str, str] | None = None) -> "Visitor":
        target = urllib.parse.urljoin(self.address, address)
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(target, data=body)
        try:
            with self._opener.open(request, timeout=60) as answer:
                self.address, self.page, self.status = answer.url, answer.read().decode(), answer.status
        except urllib.error.HTTPError as error:
            self.address, self.page, self.status = error.url, error.read().decode(errors="replace"), error.code
        return self

    def has_form(self, *names: str) -> bool:
        """Whether the page has a form with fields of these names."""
        return any(set(names) <= set(held) for _, held in _Forms(self.page).found)

    def fill_in(self, **fields: str) -> "Visitor":
        """Send the form that has fields of these names."""
        assert self.has_form(*fields), f"no form with {', '.join(fields)} at {self.address}: {self.page}"
        action, held = next((action, held) for action, held in _Forms(self.page).found if set(fields) <= set(held))
        return self.go(action or self.address, {**held, **fields})

    def links(self, pattern: str) -> list[str]:
        return list(dict.fromkeys(re.findall(rf'href="({pattern})"', self.page)))
