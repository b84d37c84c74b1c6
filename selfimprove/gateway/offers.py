"""Requests that offer to go on in another protocol, as Java's clients do each time (HTTP/2): read as if they did not.

A server may pass over such an offer (RFC 9110, 7.8). The parser takes what follows its headers for the other protocol,
so that the body would be lost, and what of it comes later be read as a request of its own.
"""

from typing import Any

import httptools


class Staying:
    """The parser of a protocol that says of the headers it was told last whether they are `offered` and what they are
    `without_offer`; such are told once more, without it.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._parser = _parser(protocol)

    def __getattr__(self, name: str) -> Any:
        """What else a parser can do."""
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> None:
        """Read on.

        Raises:
            HttpParserUpgrade: the protocol is another one from here on, which it knows.
        """
        while data:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as exc:
                if not self._protocol.is_offered():
                    raise
                data = self._protocol.without_offer() + data[exc.args[0] :]
                self._parser = _parser(self._protocol)  # the one before may have heard of the connection's end


def _parser(protocol: Any) -> Any:
    found = httptools.HttpRequestParser(protocol)
    found.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
    return found


def without_offer(method: bytes, url: bytes, version: str, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Request line and headers as they came, but for the offer."""
    lines = [b"%s %s HTTP/%s" % (method, url, version.encode())]
    lines += [b"%s: %s" % header for header in headers if header[0] != b"upgrade"]
    return b"\r\n".join([*lines, b"", b""])
