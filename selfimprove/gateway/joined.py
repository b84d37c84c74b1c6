"""An answer's head goes out with the beginning of its body: each packet wakes whoever waits for it."""

import asyncio
from typing import Any

HEAD = b"HTTP/1.1 "


class Joined:
    """A transport that keeps what looks like a head until the next write, or until the loop has come round."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        """What else a transport can do."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it, with the head that waits for it."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(HEAD):
            self._head = data
            self._loop.call_soon(self._send_head)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close it when all is sent."""
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
