"""Hostile input for a whole API: schemathesis over its document, in-process, with the face's own database role.

Every call is undone, so that each meets the same market and every id stays good. What is sent is the same in every run.
First each operation is brought to do what it is there for, by a call that fits: with ids that were read, and a body made
from its schema or told (`told`). Then come the edges of every field, and made-up calls.
"""

import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import hypothesis
import schemathesis
from django.db import transaction
from django.test.client import FakePayload
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES
from schemathesis.specs.openapi import checks

from tests.support.browser import Browser, face_of, served_by
from tests.support.fitting import Fitting, Known

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
# Where an edge is about all headers together.
HEADERS = (ParameterLocation.HEADER, None)
# How many ids are tried at most to bring an operation to do what it is there for.
TRIES = 16
# Of so many things of a kind it is read what is in them.
LOOKED_AT = 8
# What is to be sent: the body, or what makes it of the address's ids by first asking something else.
Ask = Callable[..., Any]
Told = Mapping[str, Any] | Callable[[Ask, Mapping[str, str]], Mapping[str, Any]]


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


class Attack:
    """Tries every operation of a document; `run` gives what was seen."""

    def __init__(
        self,
        settings: Any,
        host: str,
        document: str,
        headers: dict[str, str],
        told: Mapping[str, Told] | None = None,
        unlisted: Mapping[str, list[str]] | None = None,
    ):
        """`told`: by operation (`POST /api/...`), what is to be sent where its schema alone does not say enough.

        `unlisted`: ids by their names in addresses, of what no list tells.
        """
        load_all_checks()
        self.face, self.is_guest = Face(settings, host, headers), "Authorization" not in headers
        self.schema = schemathesis.openapi.from_wsgi(document, self.face)
        self.fitting, self.told = Fitting(self.schema.raw_schema, known := Known()), told or {}
        self.known, self.seen, self.count, self.shapes = known, Seen(), itertools.count(), Counter[tuple[Any, ...]]()
        for name, values in (unlisted or {}).items():
            self.known.values[name] += values

    def run(self, *, examples: int, edges: bool = True) -> Seen:
        """`examples`: how many made-up calls for what operations take; and the `edges` of every field."""
        operations = {result.ok().label: result.ok() for result in self.schema.get_all_operations()}
        self._look_around(operations.values())
        for operation in operations.values():
            try:
                self._reach(operation)
                for case in self._cases(operation, examples, edges):
                    self._try(case)
            except (Exception, FailureGroup) as error:
                self.seen.failures[operation.label] = error
        return self.seen

    def _look_around(self, operations: Iterable[Any]) -> None:
        """Read every list, then what is in it, to know real ids. Twice: some lists are found by the ids of others."""
        reads = [operation for operation in operations if operation.method == "get"]
        for operation in [*sorted(reads, key=lambda each: each.path.count("{")), *reads]:
            for ids in itertools.islice(self._ids(operation), LOOKED_AT):
                answer = operation.Case(path_parameters=ids, query=self.fitting.query(operation)).call()
                if answer.status_code == 200 and answer.headers["content-type"] == ["application/json"]:
                    last = [part for part in operation.path.split("/") if not part.startswith("{")][-1]
                    self.known.learn(last.replace("-", "_"), json.loads(answer.content))

    def _ids(self, operation: Any) -> Iterator[dict[str, str]]:
        """What may stand in its address, as far as it is known."""
        names = re.findall(r"{(\w+)}", operation.path)
        known = [self.known.in_path(operation.path, name) or [str(UUID(int=0))] for name in names]
        for values in itertools.islice(itertools.product(*known), TRIES):
            yield dict(zip(names, values, strict=True))

    def _reach(self, operation: Any) -> None:
        """Have it do what it is there for: to the first thing known to which that can be done."""
        for ids in self._ids(operation):
            kind, body = self.fitting.body(operation)
            told = self.told.get(operation.label, {})
            given = told(self._ask, ids) if callable(told) else told
            headers = {name: value for name, value in given.items() if "-" in name}
            sent: dict[str, Any] = {"headers": headers}
            if kind is not None:
                body |= {name: value for name, value in given.items() if name not in headers}
                sent |= {"body": body, "media_type": kind}
            case = operation.Case(path_parameters=ids, query=self.fitting.query(operation), **sent)
            if 200 <= self._send(case).status_code < 300:
                return

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered to a call beside those that count."""
        client, kind = self.face.client, {"content_type": "application/json"} if body is not None else {}
        with undone(), served_by(face_of(self.face.host)):
            headers = {**self.face.environ, "HTTP_HOST": urlsplit(self.face.host).netloc}
            answer = client.generic(method, path, "" if body is None else json.dumps(body), **kind, **headers)
        return json.loads(answer.content)

    def _cases(self, operation: Any, examples: int, edges: bool) -> Iterator[Case]:
        modes = list(GenerationMode)
        if edges:
            found = operation.schema.iter_coverage_cases(
                operation, generation_modes=modes, generation_config=GenerationConfig(modes=modes)
            )
            yield from (case for case in found if self._is_new(case))
        # Operations that take the same are asked with made-up input once for all of them; what does not fit is among the
        # edges, and dear to make up.
        shape = (self.fitting.shape(operation), operation.method)
        if examples and not self.shapes[shape]:
            self.shapes[shape] += 1
            for mode in [GenerationMode.POSITIVE] if edges else modes:
                yield from drawn(operation, mode, examples)

    def _is_new(self, case: Case) -> bool:
        """Whether this edge was not seen yet: many operations have the same parameters, and some the same bodies.

        What lies beside an edge is left out.
        """
        edge = case.meta.phase.data  # type: ignore[union-attr]
        if "Near-boundary" in edge.description:
            return False
        if edge.scenario in REQUEST_SHAPE_PROBES or (edge.parameter_location, edge.parameter) == HEADERS:
            about = ""
        elif edge.parameter is not None and edge.parameter_location != ParameterLocation.BODY:
            about = self.fitting.shape(case.operation, edge.parameter)
        else:
            about = self.fitting.shape(case.operation)
        shape = (about, edge.scenario, edge.location, edge.description)
        self.shapes[shape] += 1
        return self.shapes[shape] == 1

    def _try(self, case: Case) -> None:
        number = next(self.count)
        if number % MADE_UP:
            self._with_real_ids(case, number)
        self._send(case)

    def _send(self, case: Case) -> Any:
        answer = case.call()
        self.seen.statuses[case.operation.label][answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        refused = {429} if self.is_guest else {401, 429}
        assert answer.status_code not in refused, f"answered {answer.status_code}: {answer.text}"
        return answer

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
