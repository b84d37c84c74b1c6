"""Whoever asks at another interface's address, or only whether somebody is there: where to go, and a HEAD's answer."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from selfimprove.gateway.refusal import Refusal

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
HERE = "This gateway speaks OpenAI's /v1/chat/completions"
BASE = "a client's base URL ends in /v1"
RESPONSES, COMPLETIONS = "the Responses API is not offered", "completions without a chat are not offered"
OLLAMA = f"Ollama's own interface is not offered, so choose an OpenAI-compatible provider: {BASE}"
OLLAMAS = ("tags", "chat", "generate", "show", "version", "embed", "embeddings", "ps", "pull")
ELSEWHERE = {
    "/v1/responses": RESPONSES, "/responses": RESPONSES, "/v1/completions": COMPLETIONS, "/completions": COMPLETIONS,
    "/v1/messages": "Anthropic's interface is not offered", "/chat/completions": BASE, "/models": BASE,
    "/embeddings": BASE, "/v1/v1/chat/completions": BASE, "/v1/v1/models": BASE, "/v1/v1/embeddings": BASE,
    **{f"/api/{name}": OLLAMA for name in OLLAMAS},
}
ASKED_BY_HEAD = ("/", "/healthz", "/metrics", "/login", "/v1/models")  # and each model
router = APIRouter(include_in_schema=False)


async def led(request: Request) -> None:
    """Name the address that is right.

    Raises:
        Refusal: 404, always.
    """
    raise Refusal(404, f"{HERE}; {ELSEWHERE[request.scope['route'].path]}.", code="unknown_url")


for path in ELSEWHERE:
    router.add_api_route(path, led, methods=METHODS)


def is_head(scope: Scope) -> bool:
    """Whether somebody asks only if a page is there, as those do who watch over servers."""
    if scope["type"] != "http" or scope["method"] != "HEAD":
        return False
    return scope["path"] in ASKED_BY_HEAD or scope["path"].startswith("/v1/models/")


async def as_get(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as to a GET; the server leaves the body out."""
    asked = {**scope, "method": "GET"}
    try:
        await app(asked, receive, send)
    finally:
        scope["route"] = asked.get("route")
