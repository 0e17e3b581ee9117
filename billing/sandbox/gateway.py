"""The protocol around every API call: key, version, account, contract, idempotency, faults on demand, capture."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from .accounts import KIND as ACCOUNT
from .accounts import set_capability
from .api.registry import HANDLERS, Call, check_metadata
from .contract import Operation, Problem
from .errors import ApiError, invalid, refused, unsupported
from .expand import check_paths, expand
from .ids import new_id
from .world import InvalidAnswer, World

KEY_LIFETIME = {"v1": 86400, "v2": 30 * 86400}
CODES = {"unknown": "parameter_unknown", "missing": "parameter_missing", "integer": "parameter_invalid_integer"}


@dataclass
class Incoming:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str

    @property
    def version(self) -> str:
        return "v2" if self.path.startswith("/v2/") else "v1"


@dataclass
class Outgoing:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False


class Gateway:
    """Answers API calls; called from many threads."""

    def __init__(self, world: World):
        self.world = world
        self.in_flight: set[tuple[str, str]] = set()
        self.guard = threading.Lock()
        self.counts: dict[str, tuple[int, int]] = {}

    def handle(self, request: Incoming) -> Outgoing:
        """Answer one call; never raises. ``dropped`` answers must not reach the caller."""
        request_id = new_id("req", 14)
        try:
            answer = self._handle(request, request_id)
        except ApiError as error:
            answer = Outgoing(error.status, error.body(), retry_header(error))
        except Exception as error:  # the edge: whatever went wrong must become an answer, and be seen
            traceback.print_exc(file=sys.stderr)
            message = str(error) if isinstance(error, InvalidAnswer) else "The sandbox failed; its log says why."
            answer = Outgoing(500, {"error": {"type": "api_error", "message": message}})
        answer.headers = {"Request-Id": request_id, "Stripe-Version": self.world.contract.version, **answer.headers}
        self._capture(request, answer)
        return answer

    def check_key(self, headers: dict[str, str]) -> None:
        """Raises ApiError 401 unless the bearer is one of this sandbox's secret keys."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(
                401,
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer "
                "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            )
        if key not in self.world.settings.secret_keys:
            raise ApiError(
                401,
                f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:] if len(key) > 16 else ''}",
                code="api_key_invalid",
            )

    def _handle(self, request: Incoming, request_id: str) -> Outgoing:
        self.check_key(request.headers)
        version = request.headers.get("stripe-version")
        if version not in (None, self.world.contract.version):
            raise invalid(
                f"Invalid Stripe API version: {version}. This sandbox speaks {self.world.contract.version}, the "
                f"version of its SDK."
            )
        found = self.world.contract.find(request.method, request.path)
        if found is None:
            raise ApiError(
                404,
                f"Unrecognized request URL ({request.method}: {request.path}). If you are trying to list "
                f"objects, remove the "
                "trailing slash. If you are trying to retrieve an object, make sure you passed a valid "
                "(non-empty) identifier "
                "in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
            )
        operation, ids = found
        self._count(operation)
        account = self._account(request.headers)
        key = request.headers.get("idempotency-key") if request.method == "POST" or request.version == "v2" else None
        if key is None or request.method == "GET":
            return self._answer(request, operation, ids, account, request_id, None)
        if len(key) > 255:
            raise invalid("Idempotency keys can be at most 255 characters.")
        scope = f"{request.version}:{account}"
        with self.guard:
            if (scope, key) in self.in_flight:
                raise ApiError(
                    409,
                    f"There is currently another in-progress request using this Idempotent Key (that probably "
                    f"means you "
                    f"submitted twice, and the other request is still going through): {key}. Please try again later.",
                    code="idempotency_key_in_use",
                    type="idempotency_error",
                )
            self.in_flight.add((scope, key))
        try:
            return self._replay(request, scope, key) or self._answer(
                request, operation, ids, account, request_id, (scope, key)
            )
        finally:
            with self.guard:
                self.in_flight.discard((scope, key))

    def _count(self, operation: Operation) -> None:
        """Raises ApiError 429 beyond ``rate_limit`` calls of one endpoint within a second, if there is a limit."""
        limit = self.world.rate_limit
        if limit is None:
            return
        second = int(time.monotonic())
        with self.guard:
            since, count = self.counts.get(operation.template, (second, 0))
            count = count + 1 if since == second else 1
            self.counts[operation.template] = (second, count)
        if count > limit:
            raise too_many(None)

    def _account(self, headers: dict[str, str]) -> str:
        asked = headers.get("stripe-account") or headers.get("stripe-context")
        if not asked or asked == self.world.platform:
            return self.world.platform
        with self.world.transaction() as store:
            record = store.find(asked)
        if record is None or record.kind != ACCOUNT or record.body["closed"]:
            raise ApiError(
                403,
                f"The provided key does not have access to account '{asked}' (or that account does not exist). "
                f"Application "
                "access may have been revoked.",
                code="account_invalid",
            )
        return asked

    # -- idempotency -----------------------------------------------------
    def _replay(self, request: Incoming, scope: str, key: str) -> Outgoing | None:
        with self.world.transaction() as store:
            row = store.one("SELECT * FROM replies WHERE scope = ? AND key = ?", scope, key)
            if row is None:
                return None
            if row["created"] < self.world.now - KEY_LIFETIME[request.version]:
                store.sql("DELETE FROM replies WHERE scope = ? AND key = ?", scope, key)
                return None
        if row["endpoint"] != f"{request.method} {request.path}":
            raise ApiError(
                400,
                f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{request.path}' "
                f"vs '{row['endpoint'].partition(' ')[2]}'). Try using a key other than '{key}' if you meant to "
                f"execute a "
                "different request.",
                type="idempotency_error",
            )
        if row["fingerprint"] != fingerprint(request):
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                "with. Try using a "
                f"key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        # A connection that is cut is cut for a repeated call as well; the other faults belong to an execution.
        cut = self._fault(request, scope.partition(":")[2], ("drop",)) is not None
        return Outgoing(
            row["status"],
            json.loads(row["body"]),
            {"Idempotent-Replayed": "true", "Original-Request": row["request_id"]},
            dropped=cut,
        )

    def _remember(self, request: Incoming, saved: tuple[str, str] | None, answer: Outgoing, request_id: str) -> None:
        """Keep the first answer of a key; v2 keeps successes only, since a retry there does failed work again."""
        if saved and (request.version == "v1" or answer.status < 400):
            self.world.store.sql(
                "INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *saved,
                fingerprint(request),
                f"{request.method} {request.path}",
                answer.status,
                json.dumps(answer.body),
                request_id,
                self.world.now,
            )

    # -- execution -------------------------------------------------------
    def _answer(
        self,
        request: Incoming,
        operation: Operation,
        ids: list[str],
        account: str,
        request_id: str,
        saved: tuple[str, str] | None,
    ) -> Outgoing:
        fault = self._fault(request, account)
        mode = fault["mode"] if fault else None
        before_execution(fault)
        params, problems = self.world.contract.read(operation, request.query, request.body)
        if problems:
            raise complaint(problems[0])
        check_metadata(params)
        handler = HANDLERS.get((operation.method, operation.template))
        if handler is None:
            raise unsupported(f"{operation.method} {operation.template} yet")
        paths = params.pop("expand", [])
        check_paths(self.world.contract, operation.response, paths)
        with self.world.transaction() as store:
            self.world.request = {"id": request_id, "idempotency_key": request.headers.get("idempotency-key")}
            if mode == "lose_capability":
                self._restrict(params.get("destination") or account)
            store.sql("SAVEPOINT call")
            try:
                if mode == "500_saved":
                    raise ApiError(500, "An unknown error occurred", type="api_error", saved=True)
                if mode == "balance_insufficient":
                    raise refused("Insufficient funds in your Stripe balance.", code="balance_insufficient")
                body = handler(Call(self.world, account, params, ids, request.path))
                expand(self.world, body, paths)
                answer = Outgoing(200, body)
                self._check_answer(operation, body)
            except ApiError as error:
                if not error.keep:
                    store.sql("ROLLBACK TO call")
                answer = Outgoing(error.status, error.body(), retry_header(error))
                saved = saved if error.saved else None
            self._remember(request, saved, answer, request_id)
        answer.dropped = mode == "drop"
        if fault and mode == "hang":
            time.sleep(fault["seconds"])
        if mode == "500_after":  # what a proxy makes of an answer that it lost: the key holds the true one
            return Outgoing(500, ApiError(500, "An unknown error occurred", type="api_error").body())
        return answer

    def _restrict(self, id: str) -> None:
        """The account loses its right to be transferred to, just before it would be used."""
        record = self.world.store.find(id)
        if record and record.kind == ACCOUNT:
            set_capability(self.world, record, "restricted")

    def _check_answer(self, operation: Operation, body: dict[str, Any]) -> None:
        problems = self.world.contract.judge(operation.response, body)
        if problems:
            told = "; ".join(problem.message for problem in problems[:5])
            self.world.note_breach(f"The sandbox's own answer breaks the contract: {operation.template}: {told}")

    def _fault(self, request: Incoming, account: str, modes: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """Take the first fault that was ordered for this call (of these modes, if any are given), if there is one.

        A fault of one account is for calls on its behalf, and for those that name it.
        """
        with self.world.transaction() as store:
            for row in store.sql("SELECT * FROM faults ORDER BY id").fetchall():
                named = f"{request.path}?{request.query}&{request.body}"
                if row["account"] and row["account"] != account and row["account"] not in named:
                    continue
                matches = row["path"] == request.path or (
                    row["path"].endswith("*") and request.path.startswith(row["path"][:-1])
                )
                if matches and row["method"] in ("*", request.method) and (not modes or row["mode"] in modes):
                    if row["skip"] > 0:
                        store.sql("UPDATE faults SET skip = skip - 1 WHERE id = ?", row["id"])
                        continue
                    store.sql("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", row["id"])
                    store.sql("DELETE FROM faults WHERE remaining <= 0")
                    return dict(row)
        return None

    # -- capture ---------------------------------------------------------
    def _capture(self, request: Incoming, answer: Outgoing) -> None:
        if self.world.settings.capture is None:
            return
        line = json.dumps(
            {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": answer.status,
                "body": request.body,
                "response": answer.body,
            }
        )
        with self.guard, self.world.settings.capture.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def before_execution(fault: dict[str, Any] | None) -> None:
    """Misbehave as ordered, before anything is done: raises the ordered ApiError, or waits."""
    mode = fault["mode"] if fault else None
    if fault and mode == "slow":
        time.sleep(fault["seconds"])
    if mode == "500":
        raise ApiError(500, "An unknown error occurred", type="api_error")
    if mode in ("429", "429_retry"):
        raise too_many(True if mode == "429_retry" else None)
    if mode == "lock_timeout":
        raise ApiError(
            429,
            "This object cannot be accessed right now because another API request or Stripe process is "
            "currently accessing it.",
            code="lock_timeout",
            should_retry=True,
        )
    if mode == "409":
        raise ApiError(
            409,
            "There is currently another in-progress request using this Idempotent Key.",
            code="idempotency_key_in_use",
            type="idempotency_error",
        )


def too_many(should_retry: bool | None) -> ApiError:
    message = (
        "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits."
    )
    return ApiError(429, message, code="rate_limit", should_retry=should_retry)


def fingerprint(request: Incoming) -> str:
    """What makes two requests the same: their parameters, in whatever order they were sent."""
    parts = sorted(request.body.split("&")) if request.version == "v1" else [canonical(request.body)]
    return hashlib.sha256("&".join([*parts, "?", *sorted(request.query.split("&"))]).encode()).hexdigest()


def canonical(body: str) -> str:
    """JSON with its names in order; what is not JSON, as it is."""
    try:
        return json.dumps(json.loads(body or "{}"), sort_keys=True)
    except ValueError:
        return body


def complaint(problem: Problem) -> ApiError:
    return invalid(problem.message, param=problem.where or None, code=CODES.get(problem.kind))


def retry_header(error: ApiError) -> dict[str, str]:
    return {} if error.should_retry is None else {"Stripe-Should-Retry": str(error.should_retry).lower()}
