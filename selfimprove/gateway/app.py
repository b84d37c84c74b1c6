"""The gateway's HTTP face: its routes, errors in OpenAI's form, the gate around all of it."""

from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from selfimprove.errors import SelfImproveError
from selfimprove.gateway import enter, routes
from selfimprove.gateway.describe import describe
from selfimprove.gateway.gate import Gate
from selfimprove.gateway.keeping import refusal
from selfimprove.gateway.login import local
from selfimprove.gateway.parts import Parts
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.wire import wrong


def make(parts: Parts, lifespan: Any = None) -> FastAPI:
    """The application; `lifespan` is what works behind it while it is up. Other rooms' routers: see day.py."""
    app = FastAPI(title="selfimprove", description="A model that learns from its conversations.", lifespan=lifespan)
    app.state.parts = parts
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    app.include_router(routes.router)
    app.include_router(enter.router)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(SelfImproveError, refused)
    app.add_middleware(
        Gate, host=parts.settings.gateway_host, known=parts.known, sessions=parts.sessions, allowed=parts.limits
    )
    return app


async def refused(request: Request, exc: Exception) -> Response:
    """Every failure that somebody can act on, in one form; a person's browser is led to the login."""
    found = told(exc)
    if found.status == 401 and "text/html" in request.headers.get("accept", "") and request.method == "GET":
        return RedirectResponse(f"/login?to={local(request.url.path)}", 303)
    return found.response()


def told(exc: Exception) -> Refusal:
    """The refusal that an error stands for; nothing that was sent is repeated."""
    if isinstance(exc, Refusal):
        return exc
    if isinstance(exc, HTTPException):
        return Refusal(exc.status_code, str(exc.detail), code={401: "invalid_api_key"}.get(exc.status_code))
    if isinstance(exc, RequestValidationError):
        first = exc.errors()[0]
        return wrong(first["loc"][1:], first["msg"], frozenset(map(str, first["loc"][1:2])))
    assert isinstance(exc, SelfImproveError)
    return refusal(exc)
