"""Pages of other origins that may ask under /v1 with a token: what a browser asks first, and what it lets them read."""

import re
from collections.abc import Collection, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Headers = Mapping[bytes, bytes]
PLACES = "/v1/"
METHODS = b"GET, POST"
OURS = ("adapter", "chat", "completion", "kept")
READ = ", ".join((*(f"x-selfimprove-{name}" for name in OURS), "x-request-id", "retry-after")).encode()
SENT = re.compile(  # beside our own what OpenAI's client sends; Firefox and Safari ask for its user-agent, too
    r"authorization|content-type|user-agent|openai-(?:organization|project|beta)|x-(?:selfimprove|stainless)-[a-z0-9-]+"
)
SECONDS = b"600"  # so long a browser need not ask again


def is_preflight(scope: Scope, headers: Headers, origins: Collection[bytes]) -> bool:
    """Whether a browser asks if a page of one of these origins may ask: it sends no token with that."""
    is_asked = scope.get("method") == "OPTIONS" and b"access-control-request-method" in headers
    return is_asked and bool(shown(scope, headers, origins))


def shown(scope: Scope, headers: Headers, origins: Collection[bytes]) -> list[tuple[bytes, bytes]]:
    """What lets a page read an answer; nothing where it is of none of these origins. Never with cookies."""
    origin = headers.get(b"origin", b"")
    if origin.lower() not in origins or not scope["path"].startswith(PLACES):
        return []
    return [
        (b"access-control-allow-origin", origin), (b"access-control-expose-headers", READ), (b"vary", b"origin"),
    ]  # fmt: skip


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """What such a page may send, of what it wants to."""
    asked = dict(scope["headers"]).get(b"access-control-request-headers", b"")
    wanted = [name.strip().lower() for name in asked.decode("latin-1").split(",")]
    allowed = ", ".join(name for name in wanted if SENT.fullmatch(name))
    response = Response(status_code=204)
    response.raw_headers = [
        (b"access-control-allow-methods", METHODS), (b"access-control-allow-headers", allowed.encode()),
        (b"access-control-max-age", SECONDS),
    ]  # fmt: skip
    await response(scope, receive, send)
