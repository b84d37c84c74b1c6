"""HTTP/1.1 by httptools, with what uvicorn leaves open: no header without end, and none that takes for ever."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from selfimprove.gateway.limits import HEADER_BYTES

HEADER_SECONDS = 10.0


class Bounded(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long (431) or too slow (408)."""

    _received = 0
    _is_in_headers = True
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client came; it has so long to say what it wants."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._refuse, 408)

    def connection_lost(self, exc: Exception | None) -> None:
        """A client went."""
        self._meet()
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
        self._meet()
        self._is_in_headers = False
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEADER_BYTES:
            self._refuse(431)
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request's headers may come."""
        if self.cycle is not None:
            super().on_message_complete()
        self._is_in_headers, self._received = True, 0

    def on_body(self, body: bytes) -> None:
        """A part of a body, unless its request was refused."""
        if self.cycle is not None:
            super().on_body(body)

    def _meet(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
