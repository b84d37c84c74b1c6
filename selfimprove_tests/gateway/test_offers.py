"""Clients that offer HTTP/2 with each request, as Java's do: the body arrives, and nothing else is read into it."""

import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from selfimprove_tests.gateway.served import Served, serving

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAA\r\nUpgrade: h2c\r\n"
TWICE = b"Connection: Upgrade\r\nConnection: keep-alive\r\nUpgrade: h2c\r\n"
BODY = json.dumps({"model": "tiny", "messages": [{"role": "user", "content": "platypus"}]}).encode()
HIDDEN = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving(Served(tmp_path_factory.mktemp("home")).app) as url:
        yield urlsplit(url).port or 0


def request(offer: bytes = OFFER, body: bytes = BODY, more: bytes = b"") -> bytes:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n%s%sContent-Length: %d\r\n\r\n"
    return head % (offer, more, len(body)) + body


def answers(port: int, *parts: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer to what is sent in these parts, the last of which closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            line.sendall(part)
        got = b"".join(iter(lambda: line.recv(65536), b""))
    found = re.split(rb"HTTP/1\.1 (\d+) ", got)[1:]
    return [(int(status), rest) for status, rest in zip(found[::2], found[1::2], strict=True)]


LAST = b"Connection: close\r\n"


@pytest.mark.parametrize("offer", [OFFER, TWICE, OFFER.replace(b"h2c", b"TLS/1.0, h2c"), OFFER.lower()])
def test_the_body_of_a_request_with_an_offer_is_read(port: int, offer: bytes) -> None:
    [(status, rest), (last, _)] = answers(port, request(offer), request(b"", more=LAST))
    assert (status, last) == (200, 200)
    assert b"base: platypus" in rest


@pytest.mark.parametrize("at", [30, 100, 180, -len(BODY), -len(BODY) - 2, -7])
def test_so_it_is_however_it_comes(port: int, at: int) -> None:
    first = request()
    found = answers(port, first[:at], first[at:], request(b"", more=LAST))
    assert [status for status, _ in found] == [200, 200]


def test_requests_with_offers_that_come_at_once_are_answered_in_turn(port: int) -> None:
    found = answers(port, request() * 3 + request(b"", more=LAST))
    assert [status for status, _ in found] == [200] * 4


def test_a_request_that_stands_in_a_body_is_none(port: int) -> None:
    for parts in ([request(body=HIDDEN)], [request(body=HIDDEN)[: -len(HIDDEN)], HIDDEN]):
        [(status, rest), (last, _)] = answers(port, *parts, request(b"", more=LAST))
        assert (status, last) == (400, 200), rest


def test_an_offer_without_a_body_is_passed_over(port: int) -> None:
    [(status, rest)] = answers(port, b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n" + OFFER + LAST + b"\r\n")
    assert status == 200
    assert b"tiny" in rest


def test_connect_is_no_request(port: int) -> None:
    [(status, _)] = answers(port, b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n" + OFFER + b"\r\n")
    assert status == 400
