"""The gateway's HTTP face: its routes, errors in OpenAI's form or as pages, the gate around all of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from selfimprove.errors import SelfImproveError
from selfimprove.gateway import astray, enter, login, proxy, routes
from selfimprove.gateway.describe import describe
from selfimprove.gateway.gate import Gate
from selfimprove.gateway.parts import Parts
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.telling import told

ABOUT = "A model that learns from its conversations."


class Gateway(FastAPI):
    """FastAPI behind the gate. Chats take a shorter way: what the framework does for a request costs half a
    millisecond, and of all that they need none of it.
    """

    def __init__(self, parts: Parts, lifespan: Any = None) -> None:
        super().__init__(
            title="selfimprove", description=ABOUT, lifespan=lifespan, docs_url=None, redoc_url=None
        )  # their pages would be fetched from elsewhere
        self.state.parts = parts
        self.second_port = 0  # where Dagster's own address is served too, none while 0
        self.second_face: Callable[[Request], Awaitable[Response]] = _nothing_there
        self.refusal_page: Callable[[Request, Refusal], Response] = _no_page  # what people see in place of an answer
        self._gate = Gate(
            self._route, settings=parts.settings, known=parts.known, sessions=parts.sessions,
            allowed=parts.limits, shown=self.show,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything but the beginning and the end of the process goes through the gate."""
        await (super().__call__ if scope["type"] == "lifespan" else self._gate)(scope, receive, send)

    def show(self, request: Request, refusal: Refusal) -> Response:
        """A refusal as whoever asked can read it: people as a page, programs in OpenAI's form."""
        return self.refusal_page(request, refusal) if _is_read_by_people(request) else refusal.response()

    def openapi(self) -> dict[str, Any]:
        """See describe."""
        return describe(self)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.second_port and _is_at(self.second_port, scope):
            response = await self.second_face(Request(scope, receive))
            await response(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == routes.CHAT and scope["method"] == "POST":
            scope["route"], scope["app"] = routes.CHAT_ROUTE, self
            response = await routes.chat_completions(Request(scope, receive), routes.chatting(scope))
            await response(scope, receive, send)
        elif astray.is_head(scope):
            await astray.as_get(super().__call__, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _is_at(port: int, scope: Scope) -> bool:
    """Whether this is asked at Dagster's address, and not of what is there at both."""
    is_there = scope["type"] == "http" and scope["server"][1] == port
    return is_there and not scope["path"].startswith((proxy.PREFIX, "/login", "/logout", "/static"))


def _is_read_by_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/v1/")


def _no_page(_: Request, refusal: Refusal) -> Response:
    return refusal.response()


async def _nothing_there(_: Request) -> Response:
    return Response(status_code=404)


def make(parts: Parts, lifespan: Any = None) -> Gateway:
    """The application; `lifespan` is what works behind it while it is up. Other rooms' routers: see day.py."""
    app = Gateway(parts, lifespan)
    app.include_router(routes.router)
    app.include_router(enter.router)
    app.include_router(astray.router)
    for kind in (Refusal, HTTPException, RequestValidationError, SelfImproveError):
        app.add_exception_handler(kind, refused)
    return app


async def refused(request: Request, exc: Exception) -> Response:
    """Every failure that somebody can act on; a person's browser is led to the login, and from there to where it was.

    A part of a page that is fetched alone is not: the login would take its place.
    """
    found, app = told(exc), request.app
    assert found is not None
    is_whole_page = request.method == "GET" and "hx-request" not in request.headers
    if found.status == 401 and is_whole_page and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(login.way(request.scope["raw_path"], request.scope["query_string"]), 303)
    assert isinstance(app, Gateway)
    return app.show(request, found)
