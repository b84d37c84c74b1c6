"""HTTP/1.1 to one server, for requests whose answers are passed on as they come: a third of a general client's time.

Bodies are not unpacked and nothing is redirected; a connection is used again when its answer ended as it should.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httptools

IDLE_SECONDS = 30.0  # then a connection is not used again
HIGH_WATER = 1 << 20  # bytes that wait for whoever reads them


class Unreachable(OSError):
    """Nobody listens there."""


class Line(asyncio.Protocol):
    """A connection, and the answer that comes on it."""

    def __init__(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.idle_since = 0.0
        self.is_over = True  # the answer to what was asked last
        self._chunks: deque[bytes] = deque()
        self._size, self._is_begun = 0, False
        self._stays = self._is_paused = False
        self._news: asyncio.Future[None] | None = None
        self.failure: BaseException | None = None  # why it will never be over

    def connection_made(self, transport: Any) -> None:
        """It is open."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed: before the answer's end, or, where nothing else tells that, because this is it."""
        if self._is_begun and exc is None and not self.headers.keys() & {"content-length", "transfer-encoding"}:
            self.is_over = True
            self._tell()
        self._fail(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        if self.is_over:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as exc:
            self._fail(exc)
            self.close()

    def on_message_begin(self) -> None:
        """The answer, or more than was asked: then the connection is of no further use."""
        if self.is_over:
            self._stays = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the answer."""
        if self.is_over:
            return
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The answer begins; one that only says "go on" does not count."""
        if self.is_over:
            return
        self.status = self._parser.get_status_code()
        self._is_begun = self.status >= 200
        if not self._is_begun:
            self.headers = {}
        self._tell()

    def on_body(self, body: bytes) -> None:
        """A part of the answer's body."""
        if self.is_over:
            return
        self._chunks.append(body)
        self._size += len(body)
        if self._size > HIGH_WATER and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._tell()

    def on_message_complete(self) -> None:
        """The answer is over."""
        if self._is_begun and not self.is_over:
            self.is_over, self._stays = True, self._parser.should_keep_alive()
            self._tell()

    def send(self, request: bytes) -> None:
        """Ask; the answer to what was asked before is over."""
        self.status, self.headers, self.failure = 0, {}, None
        self.is_over, self._is_begun, self._stays, self._size = False, False, False, 0
        self._chunks.clear()
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)

    async def begun(self, silent: float) -> None:
        """Return when the answer's headers are there.

        Raises:
            OSError, HttpParserError, TimeoutError: they will not come.
        """
        while not self._is_begun:
            await self._wait(silent)

    async def chunks(self, silent: float) -> AsyncGenerator[bytes, None]:
        """The answer's body as it comes.

        Raises:
            OSError, HttpParserError, TimeoutError: it broke off.
        """
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                self._size -= len(chunk)
                yield chunk
            if self.is_over:
                return
            if self._is_paused:
                self._is_paused = False
                self._transport.resume_reading()
            await self._wait(silent)

    def can_stay(self) -> bool:
        """Whether it may be used again."""
        return self.is_over and self._stays and not self._chunks and not self._transport.is_closing()

    def is_closing(self) -> bool:
        """Whether it is of no use any more."""
        return bool(self._transport.is_closing())

    def close(self) -> None:
        """Give it up, with whatever is still to come."""
        self._transport.abort()

    async def _wait(self, silent: float) -> None:
        if self.failure:
            raise self.failure
        self._news = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(silent):
                await self._news
        finally:
            self._news = None
        if self.failure:
            raise self.failure

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self._news.set_result(None)

    def _fail(self, exc: BaseException) -> None:
        if not self.is_over:
            self.failure = exc
            self._tell()


class Reply:
    """An answer that has begun; leaving it gives the connection back, or up where its end was not read."""

    def __init__(self, caller: "Caller", line: Line, silent: float) -> None:
        self._caller, self._line, self._silent = caller, line, silent
        self.status, self.headers = line.status, line.headers

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream of events."""
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """See Line."""
        return self._line.chunks(self._silent)

    async def read(self) -> bytes:
        """All of it."""
        return b"".join([chunk async for chunk in self.chunks()])

    async def __aenter__(self) -> "Reply":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._caller.take_back(self._line)


class Caller:
    """Posts to one address, over connections that are used again."""

    def __init__(self, url: str, headers: Mapping[str, str], *, connect: float, silent: float) -> None:
        parts = urlsplit(url)
        self._host, self._silent, self._connect = parts.hostname or "", silent, connect
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        named = {"host": parts.netloc, "accept-encoding": "identity", **headers}
        lines = [f"POST {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1"]
        self._head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in named.items()), ""]).encode("latin-1")
        self._idle: list[Line] = []

    async def post(self, body: bytes, meanwhile: Callable[[], object] | None = None) -> Reply:
        """Ask; a connection that the server had closed in the meantime is opened anew, once.

        `meanwhile` is done while the server works; it is quick, and may be done twice.

        Raises:
            Unreachable: nobody listens there.
            OSError, HttpParserError, TimeoutError: it says nothing, or nonsense.
        """
        request = b"%scontent-length: %d\r\n\r\n%s" % (self._head, len(body), body)
        line = self._used()
        if line is not None:
            try:
                return await self._asked(line, request, meanwhile)
            except ConnectionError:
                pass  # what a server does with a connection that it is tired of
        return await self._asked(await self._new(), request, meanwhile)

    def take_back(self, line: Line) -> None:
        """A connection whose answer is over, or nobody wants to hear."""
        if line.can_stay():
            line.idle_since = time.monotonic()
            self._idle.append(line)
        else:
            line.close()

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    async def _asked(self, line: Line, request: bytes, meanwhile: Callable[[], object] | None) -> Reply:
        line.send(request)
        try:
            if meanwhile:
                await asyncio.sleep(0)  # what was sent leaves when the loop has come round
                meanwhile()
            await line.begun(self._silent)
        except BaseException:
            line.close()
            raise
        return Reply(self, line, self._silent)

    def _used(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            if not line.is_closing() and time.monotonic() - line.idle_since < IDLE_SECONDS:
                return line
            line.close()
        return None

    async def _new(self) -> Line:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect):
                _, line = await loop.create_connection(Line, self._host, self._port, ssl=self._tls)
        except OSError as exc:
            raise Unreachable(f"nobody listens at {self._host}:{self._port}") from exc
        return line
