"""The page where a person's browser gets in."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from selfimprove.gateway import login
from selfimprove.gateway.logged_out import DAYS
from selfimprove.gateway.parts import Parts

router = APIRouter(include_in_schema=False)
PROTECTED = {
    "cache-control": "no-store", "x-frame-options": "DENY", "referrer-policy": "same-origin",
    "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
}


@router.get("/login")
async def form(to: str = "/") -> Response:
    """Ask for a token."""
    return HTMLResponse(login.page(to), headers=PROTECTED)


@router.post("/login")
async def enter(request: Request, token: Annotated[str, Form()], to: Annotated[str, Form()] = "/") -> Response:
    """Give a cookie for a token. It comes along where a link of another site is followed, and with nothing else of
    theirs: no GET changes anything, and the gate lets no other request of theirs in.
    """
    parts: Parts = request.app.state.parts
    found = parts.known.find(token.strip())
    if found is None:
        return HTMLResponse(login.page(to, "This token does not let in."), 401, PROTECTED)
    answer = RedirectResponse(login.local(to), 303)
    answer.set_cookie(
        login.COOKIE, parts.sessions.begin(found), max_age=DAYS * 86400, httponly=True, samesite="lax",
        secure="https" in (request.url.scheme, request.headers.get("origin", "").partition(":")[0]),
    )
    return answer


@router.post(login.OUT)
async def leave(request: Request) -> Response:
    """End the login, wherever its cookie is, and take the cookie back."""
    parts: Parts = request.app.state.parts
    await asyncio.to_thread(parts.sessions.end, request.headers.get("cookie", ""), parts.known.all())
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(login.COOKIE, httponly=True, samesite="lax")
    return answer
