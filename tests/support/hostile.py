"""Hostile input for a whole API: schemathesis over its document, in-process, with the face's own database role.

Every call is undone, so that each meets the same market and every id stays good. What is sent is the same in every run.
"""

import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import schemathesis
from django.db import transaction
from django.test.client import FakePayload
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from tests.support.browser import Browser, face_of, served_by

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
SETTINGS = hypothesis.settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=hypothesis.Verbosity.quiet,
)
# Of so many cases, one keeps the ids that were made up for it.
MADE_UP = 4


@dataclass
class Seen:
    """What the calls of one document were answered: by operation, how often which status."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: dict[str, BaseException] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        return sum(counter.total() for counter in self.statuses.values())

    @property
    def unreached(self) -> set[str]:
        """Operations that never did what they are there for."""
        return {label for label, counter in self.statuses.items() if not any(200 <= status < 300 for status in counter)}

    def report(self) -> str:
        """What failed, with the call that shows it."""
        return "\n\n".join(
            "\n".join([label, f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
            for label, error in self.failures.items()
        )


class Face:
    """A WSGI application: a host as in its own process, for somebody who is signed in; what a call changes is undone."""

    def __init__(self, settings: Any, host: str, headers: dict[str, str]):
        # Asked for once: every time, the settings of the face are laid over those of the last time.
        self.client, self.host = Browser(settings).client(host), host
        self.environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asked = {**environ, **self.environ, "HTTP_HOST": urlsplit(self.host).netloc, "wsgi.input": FakePayload(body)}
        with undone(), served_by(face_of(self.host)):
            # An exception that would be a 500 comes out here, with its traceback.
            answer = self.client.request(**asked)
            content = answer.getvalue()
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [content]


class undone:
    """What is changed within is not kept."""

    def __enter__(self) -> None:
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(*error)


class Known:
    """What answers held: whole things by what they are called, every text and number by the name of its member."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.values: dict[str, list[str | int]] = defaultdict(list)

    def learn(self, name: str, data: Any) -> None:
        """`name` is what the things are called: the last part of the address, or the member they stand under."""
        if isinstance(data, list):
            for each in data:
                self.learn(name, each)
        elif isinstance(data, dict):
            if data not in self.rows[name]:
                self.rows[name].append(data)
            for key, value in data.items():
                if isinstance(value, dict | list):
                    self.learn(name if key == "items" else key, value)
                elif isinstance(value, str | int) and value not in ("", True, False, *self.values[key]):
                    self.values[key].append(value)

    def in_path(self, template: str, parameter: str) -> list[str]:
        """For `/vendors/{vendor_id}`: the ids of the vendors; for `/orders/{number}`, their numbers."""
        above = re.search(rf"([^/]+)/{{{parameter}}}", template)
        things = above[1].replace("-", "_") if above else ""
        return self._of(things, "id" if parameter.endswith("id") else parameter) or [
            str(value) for value in self.values[parameter]
        ]

    def for_member(self, key: str, like: Any) -> Sequence[Any]:
        """What may stand under `key` in place of `like`.

        For `offer_id`, or a filter `offer`, the ids of offers; for `offer_ids` all of them at once; for a list of things
        one that was read.
        """
        thing = key.removesuffix("s").removesuffix("_id")
        things = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
        if isinstance(like, list):
            found: Sequence[Any] = (
                [self._of(things, "id")] if key.endswith("_ids") else [[row] for row in self.rows[key]]
            )
            return [each for each in found if each]
        own = self.values[key] or self.values[f"{thing}_id"] or self._of(things, "id")
        return [each for each in own if type(each) is type(like)]

    def _of(self, things: str, member: str) -> list[str]:
        return [str(row[member]) for row in self.rows[things] if row.get(member)]


class Attack:
    """Tries every operation of a document; `run` gives what was seen."""

    def __init__(self, settings: Any, host: str, document: str, headers: dict[str, str]):
        load_all_checks()
        self.face, self.is_guest = Face(settings, host, headers), "Authorization" not in headers
        self.schema = schemathesis.openapi.from_wsgi(document, self.face)
        self.known, self.seen, self.count = Known(), Seen(), itertools.count()

    def run(self, *, examples: int, edges: bool = True) -> Seen:
        """`examples`: how many of each kind, fitting the document and not; and the `edges` of every field."""
        operations = [result.ok() for result in self.schema.get_all_operations()]
        self._look_around(operations)
        for operation in operations:
            try:
                for case in self._cases(operation, examples, edges):
                    self._try(case)
            except (Exception, FailureGroup) as error:
                self.seen.failures[operation.label] = error
        return self.seen

    def _look_around(self, operations: Iterable[Any]) -> None:
        """Read every list, then what is in it, to know real ids. Twice: some lists are found by the ids of others."""
        reads = [operation for operation in operations if operation.method == "get"]
        for operation in [*sorted(reads, key=lambda each: each.path.count("{")), *reads]:
            names = re.findall(r"{(\w+)}", operation.path)
            ids = {name: (self.known.in_path(operation.path, name) or [""])[0] for name in names}
            answer = operation.Case(path_parameters=ids).call()
            if answer.status_code == 200 and answer.headers["content-type"] == ["application/json"]:
                last = [part for part in operation.path.split("/") if not part.startswith("{")][-1]
                self.known.learn(last.replace("-", "_"), json.loads(answer.content))

    def _cases(self, operation: Any, examples: int, edges: bool) -> Iterator[Case]:
        modes = list(GenerationMode)
        if edges:
            yield from operation.schema.iter_coverage_cases(
                operation, generation_modes=modes, generation_config=GenerationConfig(modes=modes)
            )
        for mode in modes:
            yield from drawn(operation, mode, examples)

    def _try(self, case: Case) -> None:
        number = next(self.count)
        if number % MADE_UP:
            self._with_real_ids(case, number)
        answer = case.call()
        self.seen.statuses[case.operation.label][answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        refused = {429} if self.is_guest else {401, 429}
        assert answer.status_code not in refused, f"answered {answer.status_code}: {answer.text}"

    def _with_real_ids(self, case: Case, number: int) -> None:
        """In the path always; elsewhere ids and versions, and of so many cases one has nothing but what was read."""
        for name in list(case.path_parameters or {}):
            if found := self.known.in_path(case.operation.path, name):
                case.path_parameters[name] = found[number // MADE_UP % len(found)]
        whole = number % MADE_UP == 1
        if whole and case.headers:
            case.headers.pop("If-Match", None)
        for part in (case.query, case.body):
            if isinstance(part, dict):
                self._name_real_things(part, number, whole)

    def _name_real_things(self, part: dict[str, Any], number: int, whole: bool) -> None:
        for key, value in list(part.items()):
            if isinstance(value, dict):
                self._name_real_things(value, number, whole)
            elif whole or str(key).endswith(("_id", "version")):
                found = self.known.for_member(str(key), value)
                part[key] = found[number // MADE_UP % len(found)] if found else value


def drawn(operation: Any, mode: GenerationMode, examples: int) -> list[Case]:
    """So many cases of an operation, or fewer where there are no more; none where no such case can be made."""
    found: list[Case] = []

    @hypothesis.settings(SETTINGS, max_examples=examples)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Case) -> None:
        found.append(case)

    try:
        draw()
    except hypothesis.errors.Unsatisfiable:
        return []
    return found
