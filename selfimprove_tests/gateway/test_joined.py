"""Head and body of an answer are one packet; a head that stands alone is not held back."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from selfimprove.gateway.joined import Joined
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_offers import request

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Line:
    """Notes what is sent, a packet each."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.packets.append(data)

    def writelines(self, parts: tuple[bytes, ...]) -> None:
        self.packets.append(b"".join(parts))

    def close(self) -> None:
        self.packets.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.packets


def sent(do: Callable[[Any], object]) -> tuple[list[bytes], list[bytes]]:
    """What left at once, and what had when the loop had come round."""

    async def live() -> tuple[list[bytes], list[bytes]]:
        line = Line()
        do(Joined(line, asyncio.get_running_loop()))
        at_once = list(line.packets)
        await asyncio.sleep(0)
        return at_once, line.packets

    return asyncio.run(live())


@pytest.mark.parametrize(
    ("parts", "at_once", "after"),
    [
        ([HEAD, b"body"], [HEAD + b"body"], [HEAD + b"body"]),
        ([HEAD, b"", b"more"], [HEAD, b"more"], [HEAD, b"more"]),
        ([HEAD], [], [HEAD]),
        ([HEAD, HEAD], [HEAD * 2], [HEAD * 2]),
        ([b"a", HEAD + b"quoted in a body"], [b"a"], [b"a", HEAD + b"quoted in a body"]),
    ],
)
def test_packets(parts: list[bytes], at_once: list[bytes], after: list[bytes]) -> None:
    assert sent(lambda line: [line.write(part) for part in parts]) == (at_once, after)


def test_a_line_that_is_closed_sends_its_head_first() -> None:
    def refuse(line: Any) -> None:
        line.write(HEAD)
        line.close()
        assert line.is_closing()

    assert sent(refuse) == ([HEAD, b"closed"],) * 2


def test_an_answer_arrives_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = Served(tmp_path_factory.mktemp("home")).app
    with serving(app) as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=10) as line:
        line.sendall(request())
        head, _, body = line.recv(1 << 16).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"platypus" in body
