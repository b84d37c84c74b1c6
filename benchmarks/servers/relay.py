"""The least that a gateway which keeps what is said could do: pass on what comes, each answer on disk before it ends.

It looks at nothing: no token, no JSON, no chat. What a gateway takes beyond it is its own work; what it takes itself is
the machine's, in that hour.

Run by gateway.py: python benchmarks/servers/relay.py PORT UPSTREAM_PORT FILE
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import uvloop

from selfimprove import disk


def whole(data: bytes) -> bool:
    """Whether a message of HTTP/1.1 is there with all that its content-length says."""
    head, end, body = data.partition(b"\r\n\r\n")
    size = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and len(body) >= (int(size[0].split(b":")[1]) if size else 0)


class Message(asyncio.Protocol):
    """A connection on which one message after the other comes whole."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: Any) -> None:
        """It is open."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """A part of a message."""
        self._data += data
        if whole(self._data):
            message, self._data = self._data, b""
            self.received(message)

    def received(self, message: bytes) -> None:
        """A whole message."""
        raise NotImplementedError


class Relay:
    """Passes on to one port, and writes each request with its answer to a file."""

    def __init__(self, port: int, file: int) -> None:
        self.port, self.file = port, file
        self.pool = ThreadPoolExecutor(1)
        self.idle: list[Server] = []

    def sync(self, exchange: bytes) -> None:
        """Have it on disk for good."""
        os.write(self.file, exchange)
        disk.sync(self.file)

    def ask(self, client: "Client", request: bytes) -> None:
        """Over a connection that is idle, or a new one."""
        if self.idle:
            self.idle.pop().ask(client, request)
        else:
            client.opening = asyncio.ensure_future(self._ask_new(client, request))

    async def _ask_new(self, client: "Client", request: bytes) -> None:
        _, server = await asyncio.get_running_loop().create_connection(partial(Server, self), "127.0.0.1", self.port)
        server.ask(client, request)


class Client(Message):
    """Whoever asks."""

    opening: asyncio.Future[None]

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self._relay = relay

    def received(self, message: bytes) -> None:
        """A request."""
        self._relay.ask(self, message)


class Server(Message):
    """Whoever answers."""

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self._relay = relay

    def ask(self, client: Client, request: bytes) -> None:
        """Pass a request on."""
        self._client, self._request = client, request
        self.transport.write(request)

    def received(self, message: bytes) -> None:
        """Its answer."""
        client = self._client
        exchange = self._request + message
        done = asyncio.get_running_loop().run_in_executor(self._relay.pool, self._relay.sync, exchange)
        self._relay.idle.append(self)
        done.add_done_callback(lambda _: client.transport.write(message))


async def main(port: int, upstream: int, path: str) -> None:
    """Until it is ended."""
    with open(path, "ab") as file:
        relay = Relay(upstream, file.fileno())
        server = await asyncio.get_running_loop().create_server(lambda: Client(relay), "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
