"""HTTP/1.1 by httptools, with what uvicorn leaves open: no header without end, and none that takes for ever."""

import asyncio
import logging
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from selfimprove.gateway import offers, room
from selfimprove.gateway.joined import Joined
from selfimprove.gateway.limits import HEADER_BYTES
from selfimprove.gateway.repeated import Repeated, said

log = logging.getLogger("selfimprove.gateway")
HEADER_SECONDS = 10.0


class Bounded(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long (431) or too slow (408), one more than there is
    room for, and the one that owes a request for longest when such connections take half of the room.
    """

    _repeated: ClassVar[Repeated] = Repeated()
    _owing: ClassVar[dict["Bounded", None]] = {}  # of this process, the one that does for longest first
    _room = 0
    _received = 0
    _is_in_headers = True
    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.parser = offers.Staying(self)  # type: ignore[assignment]

    def connection_made(self, transport: Any) -> None:
        """A client came; it has so long to say what it wants."""
        super().connection_made(Joined(transport, self.loop))  # type: ignore[arg-type]
        self._room = room.for_connections()
        if transport.get_extra_info("socket").fileno() >= self._room:
            self._tell("Too many connections are open: a new one was closed")
            transport.abort()
            return
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._refuse, 408)
        self._owe()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client went."""
        self._meet()
        self._owing.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the headers' end."""
        if self._is_in_headers:
            self._received += len(data)
        super().data_received(data)
        if self._is_in_headers and self._received > HEADER_BYTES:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_headers = True
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_SECONDS, self._refuse, 408)

    def on_headers_complete(self) -> None:
        """The headers are there."""
        if self.is_offered():
            return
        self._meet()
        self._owing.pop(self, None)
        self._is_in_headers = False
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEADER_BYTES:
            self._refuse(431)
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request's headers may come."""
        if self.is_offered():
            return
        if self.cycle is not None:
            super().on_message_complete()
        self._is_in_headers, self._received = True, 0

    def on_body(self, body: bytes) -> None:
        """A part of a body, unless its request was refused."""
        if self.cycle is not None:
            super().on_body(body)

    def is_offered(self) -> bool:
        """Whether the headers that were told last offer a protocol that is not spoken here."""
        has_offer = self.parser.should_upgrade() and any(name == b"upgrade" for name, _ in self.headers)
        return has_offer and not self._should_upgrade()

    def without_offer(self) -> bytes:
        """These headers without that."""
        return offers.without_offer(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers)

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there already."""
        super().on_response_complete()
        if self.timeout_keep_alive_task:
            self._owe()

    def _owe(self) -> None:
        self._owing[self] = None
        if len(self._owing) > self._room // 2:
            first = next(iter(self._owing))
            del self._owing[first]
            self._tell("Too many connections ask nothing: one was closed")
            first.transport.close()

    def _tell(self, line: str) -> None:
        more = self._repeated.more(line)
        if more is not None:
            log.warning("%s%s", line, said(more))

    def _meet(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
