"""Answers by an OpenAI-compatible server: its bytes are passed on as they come, and read on the side."""

import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
import httptools
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from selfimprove.errors import UpstreamDown
from selfimprove.gateway import complete, replies, wire
from selfimprove.gateway.ask import UPSTREAM
from selfimprove.gateway.heard import Heard, Seen
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.line import Caller, Reply, Unreachable
from selfimprove.gateway.parts import NAME, Health
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.stream import Working, send_events, send_whole
from selfimprove.gateway.under_way import Record
from selfimprove.models.wire import authorization, completions_url
from selfimprove.settings import Settings

CONNECT_SECONDS, SILENT_SECONDS, LOOK_SECONDS = 5.0, 300.0, 3.0
HELD_BYTES, HELD_SECONDS = 1 << 16, 10.0  # of a stream without an event, after which its headers go out all the same
PASSED_ON = ("content-type", "retry-after")
LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError)
BROKEN = (OSError, httptools.HttpParserError)  # TimeoutError is an OSError


class Upstream:
    """The Answerer whose answers come from another server; `is_ours` says which models' names it does not know."""

    def __init__(
        self, settings: Settings, keeping: Keeping, is_ours: Callable[[str], bool] = lambda name: name == NAME
    ) -> None:
        assert settings.upstream_url
        self._is_ours = is_ours
        self._url = completions_url(settings.upstream_url)
        self._model, self._key = settings.upstream_model, settings.upstream_key or ""
        self._keeping, self._seen = keeping, Seen()
        self._opened: aiohttp.ClientSession | None = None
        headers = {"content-type": "application/json", **authorization(self._key)}
        self._caller = Caller(self._url, headers, connect=CONNECT_SECONDS, silent=SILENT_SECONDS)

    async def close(self) -> None:
        """Give the connections back."""
        self._caller.close()
        if self._opened:
            await self._opened.close()

    async def answer(self, request: Request, body: dict[str, Any], raw: bytes) -> Response:
        """See Answerer."""
        messages, user, metadata = _known(body)
        record = complete.begin(self._keeping, request, wire.house_form(messages, skips=True), user, metadata)
        record.slot = UPSTREAM

        async def work(send: Send) -> None:
            async with self._keeping.whatever_comes(record):
                addressed, record.model = await self._addressed(body, raw)
                async with await self._post(addressed, lambda: record.thread) as reply:
                    is_stream = reply.is_stream and reply.status == 200
                    await (self._pass_on if is_stream else self._pass_whole)(send, record, reply)

        return Working(work)

    async def health(self) -> Health:
        """Whether it answers at all: its list of models can be had."""
        try:
            await self.models()
        except UpstreamDown as exc:
            return Health(False, str(exc))
        return Health(True)

    async def models(self) -> list[dict[str, Any]]:
        """Our own name and what the upstream lists.

        Raises:
            UpstreamDown: it does not list any.
        """
        limit = aiohttp.ClientTimeout(total=LOOK_SECONDS)
        url = self._url.removesuffix("/chat/completions") + "/models"
        try:
            async with self._session().get(url, timeout=limit, allow_redirects=False) as reply:
                found = orjson.loads(await reply.read())
            names = [str(row["id"]) for row in found["data"]]
        except (*LOST, ValueError, LookupError, TypeError) as exc:
            raise UpstreamDown(reason=reason(exc)) from exc
        return [complete.model(NAME), *(complete.model(name, "upstream") for name in names)]

    async def _addressed(self, body: dict[str, Any], raw: bytes) -> tuple[bytes, str]:
        """The request for the upstream, and the model's name there: as it came, but for our own names."""
        name = body.get("model")
        if isinstance(name, str) and name and not self._is_ours(name):
            return raw, name
        model = self._model or next((found["id"] for found in (await self.models())[1:]), "")
        if not model:
            raise UpstreamDown(reason="it has no model; name one in SELFIMPROVE_UPSTREAM_MODEL")
        return orjson.dumps(body | {"model": model}), model

    async def _post(self, body: bytes, meanwhile: Callable[[], object]) -> Reply:
        """Its answer's beginning.

        Raises:
            UpstreamDown: it cannot be reached, or fails.
        """
        try:
            reply = await self._caller.post(body, meanwhile)
        except BROKEN as exc:
            raise UpstreamDown(reason=reason(exc)) from exc
        if reply.status >= 500:
            async with reply:
                raise UpstreamDown(reason=f"it answered with status {reply.status}")
        return reply

    async def _pass_whole(self, send: Send, record: Record, reply: Reply) -> None:
        try:
            body = await reply.read()
        except BROKEN as exc:
            raise UpstreamDown(reason=reason(exc)) from exc
        is_answer = Heard(record, self._seen).whole(body) if reply.status == 200 else False
        if reply.status == 200 and not is_answer:
            raise UpstreamDown(reason="what it answered with is no completion")
        await record.keep(self._keeping.keeper, None if is_answer else "failed")
        kept = {} if record.is_kept else {"x-selfimprove-kept": "no"}
        await send_whole(send, reply.status, {**_passed_on(reply), **complete.headers(record), **kept}, body)

    async def _pass_on(self, send: Send, record: Record, reply: Reply) -> None:
        await send_events(send, lambda: complete.headers(record), self._events(record, reply))

    async def _events(self, record: Record, reply: Reply) -> AsyncGenerator[bytes, None]:
        """Its chunks as they come, once the first event has told the id; the last waits until the exchange is kept."""
        heard, held, since = Heard(record, self._seen), b"", 0.0
        try:
            async for chunk in reply.chunks():
                since = since or time.monotonic()
                held += await self._heard(heard, record, chunk)
                if heard.has_begun or len(held) > HELD_BYTES or time.monotonic() - since > HELD_SECONDS:
                    heard.begin()
                    yield held
                    held = b""
        except BROKEN as exc:
            raise UpstreamDown(reason=reason(exc)) from exc
        if not heard.is_whole:
            raise UpstreamDown(reason="it broke off in the middle of an answer")
        if not heard.is_done and not await record.keep(self._keeping.keeper):
            yield b"\n" + replies.NOT_KEPT

    async def _heard(self, heard: Heard, record: Record, chunk: bytes) -> bytes:
        """A chunk as it is passed on: with a note before the end of a stream that could not be kept."""
        begins_line, was_done = heard.is_at_line, heard.is_done
        heard.chunk(chunk)
        if not heard.is_done or was_done or await record.keep(self._keeping.keeper):
            return chunk
        return replies.with_note(chunk, begins_line=begins_line)

    def _session(self) -> aiohttp.ClientSession:
        self._opened = self._opened or session(self._key)
        return self._opened


def session(key: str) -> aiohttp.ClientSession:
    """Connections to an upstream, kept open, as many as there are answers under way."""
    headers = {"accept-encoding": "identity", "content-type": "application/json", **authorization(key)}
    limit = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
    pool = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
    return aiohttp.ClientSession(headers=headers, timeout=limit, connector=pool, trust_env=False)


def reason(exc: BaseException) -> str:
    """Why there is no answer, in words of ours: a driver's may quote what was sent."""
    if isinstance(exc, aiohttp.ClientConnectorError):
        return f"nobody listens at {exc.host}:{exc.port}"
    if isinstance(exc, Unreachable):
        return str(exc)
    if isinstance(exc, TimeoutError):
        return "it takes too long"
    if isinstance(exc, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError):
        return "it closed the connection"
    return "what it answered with is not what such a server answers with"


def _passed_on(reply: Reply) -> dict[str, str]:
    return {name: reply.headers[name] for name in PASSED_ON if name in reply.headers}


def _known(body: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None, dict[str, Any] | None]:
    """What must be known of a request that is passed on; all else is the upstream's to judge.

    Raises:
        Refusal: 400, it has no messages.
    """
    messages, user, metadata = body.get("messages"), body.get("user"), body.get("metadata")
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        raise Refusal(400, "messages: Input should be a list of messages", param="messages", code="invalid_value")
    if len(messages) > wire.MOST_MESSAGES:
        what = f"List should have at most {wire.MOST_MESSAGES} items"
        raise Refusal(400, f"messages: {what}", param="messages", code="invalid_value")
    return messages, user if isinstance(user, str) else None, metadata if isinstance(metadata, dict) else None
