"""The gate every request goes through: where it comes from, who asks, how much, and nothing of it in the log."""

import logging
import os
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from selfimprove.errors import TokensUnreadable
from selfimprove.gateway import cors, forms, lead, limits, login, metrics, origin
from selfimprove.gateway.guard import OWNER, Visitor
from selfimprove.gateway.limits import Limits
from selfimprove.gateway.login import Sessions
from selfimprove.gateway.refusal import Gone, Refusal, unforeseen
from selfimprove.gateway.repeated import Repeated, said
from selfimprove.gateway.telling import told
from selfimprove.gateway.tokens import Known, Token
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
GONE = "Whoever asked may not ask any more: send a token that is valid."
PAGES = 10  # a browser asks so much more often than a program: a page has many parts
ANSWERS = ("http.response.start", "http.response.body", "websocket.send")
Shown = Callable[[Request, Refusal], Response]
FRAMES = 8  # of an unexpected error's stack, in the log
COMMON = (401, 403, 404, 413, 429)  # refusals that anybody can have as many of as they like


class Gate:
    """ASGI middleware around everything else; what is inside finds `visitor` and `request_id` in its state."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, known: Known, sessions: Sessions, allowed: Limits, shown: Shown
    ) -> None:
        self._app, self._shown = app, shown
        self._is_loopback = origin.is_loopback(settings.gateway_host)
        self._has_owner = not origin.elsewhere(settings)  # through a proxy others look as if they were here
        self._names, self._proxies = origin.names(settings), settings.gateway_names
        self._known, self._sessions, self._limits = known, sessions, allowed
        self._origins = frozenset(one.encode() for one in settings.origins)
        self._repeated = Repeated()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        passage = Passage(scope, send, self._repeated)
        headers = dict(scope["headers"])
        try:
            self._insist_on_name(scope)
            if self._origins and cors.is_preflight(scope, headers, self._origins):
                passage.shown = cors.shown(scope, headers, self._origins)
                await cors.answer(scope, receive, passage.send)
                return
            receive = self._admit(scope, receive, headers, passage)
            await self._app(scope, receive, passage.send)
        except Gone:
            log.info("%s broken off: whoever asked may not ask any more", passage.id)
            passage.is_valid = None
            await passage.refuse(Refusal(401, GONE, code="invalid_api_key"), self._shown)
        except Exception as exc:  # noqa: BLE001 - the one place that answers for whatever went wrong inside
            found = told(exc)
            if found is None:
                passage.log_error(exc)
            passage.is_valid = None  # why there is no answer may be told to anybody
            await passage.refuse(found or unforeseen(), self._shown)
        finally:
            passage.close()

    def _insist_on_name(self, scope: Scope) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or origin.is_foreign_host(hosts[0], self._names, any_address=not self._is_loopback):
            raise Refusal(403, "This is not a name of the gateway.", code="host_not_allowed")

    def _admit(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], passage: "Passage") -> Receive:
        cookie = login.alone(scope) if b"cookie" in headers else ""
        known = self._all_known()
        by_hand = self._bearer(headers) if known else None
        is_foreign = by_hand is None and self._is_foreign_page(scope, headers, known)
        if (by_hand or is_foreign) and self._origins:
            passage.shown = cors.shown(scope, headers, self._origins)
        if is_foreign:
            if passage.shown:
                raise _without_token(headers)
            raise Refusal(403, "Pages of other sites may not ask here.", code="origin_not_allowed")
        token = by_hand or self._sessions.find(cookie, known)
        visitor = scope["state"]["visitor"] = self._visitor(token, known)
        if token:
            self._limits.count(token.id, token.per_minute * (1 if by_hand else PAGES))
            lasts = by_hand is not None or scope["path"] == login.OUT  # the answer to who logs out is still theirs
            over = self._sessions.is_over
            passage.is_valid = lambda: token.sha256 in self._known.all() and (lasts or not over(cookie))
        elif visitor:
            passage.is_valid = lambda: not self._known.all()
        if scope["type"] != "http":
            return receive
        if scope["method"] == "POST" and not scope["path"].startswith("/dagster"):
            forms.insist_on_plain(headers)
        most = limits.BODY_BYTES if scope["path"].startswith(forms.NO_FORMS) else forms.room(scope)
        return limits.bounded(receive, headers, most)

    def _all_known(self) -> Mapping[str, Token]:
        try:
            return self._known.all()
        except TokensUnreadable as exc:
            raise Refusal(503, str(exc), code="tokens_unreadable", retry_after=5) from exc

    def _is_foreign_page(self, scope: Scope, headers: dict[bytes, bytes], known: Mapping[str, Token]) -> bool:
        if not known and origin.is_page_by_container_name(scope["path"], headers):
            return True  # while whoever is here gets in
        return origin.is_foreign_page(scope.get("method", "WEBSOCKET"), headers, self._proxies)

    def _bearer(self, headers: dict[bytes, bytes]) -> Token | None:
        """The token that a program sends; a page of another site knows none."""
        scheme, _, text = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        return self._known.find(text.strip()) if scheme.lower() == "bearer" else None

    def _visitor(self, token: Token | None, known: Mapping[str, Token]) -> Visitor | None:
        if token:
            return Visitor(token.id, token.name, frozenset(token.scopes))
        return OWNER if self._has_owner and not known else None


class Passage:
    """One request on its way: its id, when it came, and what was answered."""

    def __init__(self, scope: Scope, send: Send, repeated: Repeated) -> None:
        self._scope, self._send, self._repeated = scope, send, repeated
        self._started, self._status = time.perf_counter(), 0
        self.id = os.urandom(16).hex()
        self.is_valid: Callable[[], bool] | None = None  # whether who asked may still be answered
        self.shown: list[tuple[bytes, bytes]] = []  # headers that let another origin's page read the answer
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        """Pass an answer on, stamped, as long as its visitor may ask.

        Raises:
            Gone: the token was revoked, or there is one now and this visitor has none.
        """
        if message["type"] in ANSWERS and self.is_valid and not self.is_valid():
            raise Gone
        if message["type"] == "http.response.start":
            self._status = message["status"]
            told = lead.here(self._status, list(message.get("headers", ())))
            message["headers"] = [*told, (b"x-request-id", self.id.encode()), *self.shown]
        await self._send(message)

    async def refuse(self, refusal: Refusal, shown: Shown) -> None:
        """Answer with a refusal, unless an answer has begun; a websocket is closed."""
        if self._scope["type"] == "websocket":
            await self._send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
        elif not self._status:
            await shown(Request(self._scope), refusal)(self._scope, _nothing, self.send)

    def log_error(self, exc: Exception) -> None:
        """Where it went wrong, without its message: that may hold what was said."""
        where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)[-FRAMES:]]
        log.error("%s %s at %s", self.id, type(exc).__name__, " < ".join(reversed(where)))

    def close(self) -> None:
        """Count the request, and note it by its route: a path may be anything."""
        route = getattr(self._scope.get("route"), "path", "other")
        seconds = time.perf_counter() - self._started
        method = self._scope.get("method", "WEBSOCKET")
        metrics.labelled(metrics.REQUESTS, route, method, str(self._status)).observe(seconds)
        if self._status >= 400:
            self._log_refusal(f"{method} {route} {self._status} {seconds * 1000:.1f} ms")

    def _log_refusal(self, line: str) -> None:
        """Of those that anybody can have as many of as they like, one a minute: they would fill the disk."""
        is_stranger = self._scope["state"].get("visitor") is None
        more = self._repeated.more(self._status) if is_stranger or self._status in COMMON else 0
        if more is not None:
            log.info("%s %s%s", self.id, line, said(more))


def _without_token(headers: Mapping[bytes, bytes]) -> Refusal:
    """What a page that may ask is told, which has no token that is valid; cookies count for nothing there."""
    if b"authorization" in headers:
        return Refusal(401, "This token is not valid: `selfimprove tokens list` names those that are.",
                       code="invalid_api_key")  # fmt: skip
    return Refusal(401, "A page of another origin needs a token: `selfimprove tokens add` makes one.")


async def _nothing() -> Any:
    return {"type": "http.disconnect"}
