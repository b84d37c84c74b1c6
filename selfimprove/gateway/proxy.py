"""Dagster's pages behind the gate: to look takes the scope review, to change anything the scope admin.

A GET changes nothing, whoever asks: Dagster would take a mutation from one, and any page can make a browser send one.
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import yarl
from fastapi import APIRouter, Depends, Request, WebSocket
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.websockets import WebSocketDisconnect

from selfimprove.gateway.guard import Visitor, needs, require
from selfimprove.gateway.refusal import Refusal

SOCKET, PREFIX, MAY_CHANGE = "gateway/dagster.sock", "/dagster", b"x-selfimprove-may-change"
HOP_BY_HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"host", b"content-length", b"authorization", b"cookie", b"date", b"server",
    MAY_CHANGE,
})  # fmt: skip
SHUT = ((b"cross-origin-opener-policy", b"same-origin"), (b"referrer-policy", b"same-origin"))  # as the other pages
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ADDED = ("accept", "accept-encoding", "content-type", "user-agent")  # by aiohttp, where the client sent none
LOST = (aiohttp.ClientError, OSError, TimeoutError)


class Dagster:
    """Connections to the web server's socket."""

    def __init__(self, home: Path) -> None:
        self._path = min(str(home / SOCKET), os.path.relpath(home / SOCKET), key=len)
        self._opened: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """The session; made at the first use."""
        if self._opened is None:
            limit = aiohttp.ClientTimeout(total=None, sock_connect=5)
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(self._path, limit=0), timeout=limit, auto_decompress=False
            )
        return self._opened

    async def close(self) -> None:
        """Give the connections back."""
        if self._opened:
            await self._opened.close()


def router(dagster: Dagster) -> APIRouter:
    """The routes under /dagster."""
    pages = APIRouter(include_in_schema=False)

    async def pass_on(request: Request, visitor: Annotated[Visitor, Depends(needs("review"))]) -> Response:
        return await passed_on(dagster, request, visitor, request.scope["raw_path"].decode("latin-1"))

    pages.add_api_route(PREFIX, pass_on, methods=METHODS)
    pages.add_api_route(PREFIX + "/{path:path}", pass_on, methods=METHODS)

    async def subscribe(websocket: WebSocket, path: str) -> None:
        try:
            visitor = require("review", websocket.state.visitor)
        except HTTPException as exc:
            await websocket.close(1008, exc.detail)
            return
        await subscribed(dagster, websocket, visitor)

    pages.add_api_websocket_route(PREFIX + "/{path:path}", subscribe)
    return pages


def at_root(dagster: Dagster) -> Callable[[Request], Any]:
    """The same on Dagster's own port, where its paths begin at the root: pages lead to where they are."""

    async def answer(request: Request) -> Response:
        path = PREFIX + request.scope["raw_path"].decode("latin-1")
        if request.method in ("GET", "HEAD"):
            query = request.url.query
            return RedirectResponse(f"{path}?{query}" if query else path, 307)  # there it is seen who asks
        visitor = require("review", request.state.visitor)
        return await passed_on(dagster, request, visitor, path)

    return answer


async def passed_on(dagster: Dagster, request: Request, visitor: Visitor, path: str) -> Response:
    """What Dagster answers, as it comes."""
    query = request.scope["query_string"].decode("latin-1")
    url = f"http://dagster{path}{'?' + query if query else ''}"
    try:
        reply = await dagster.session().request(
            request.method, yarl.URL(url, encoded=True), headers=_headers(request, visitor),
            data=await request.body() or None, allow_redirects=False, skip_auto_headers=ADDED,
        )
    except LOST as exc:
        raise Refusal(503, "Dagster's pages are not there now; `selfimprove status` tells what runs.",
                      code="dagster_down", retry_after=3) from exc
    answer = StreamingResponse(reply.content.iter_any(), reply.status, background=BackgroundTask(reply.release))
    answer.raw_headers = _answered(reply.raw_headers)
    return answer


async def subscribed(dagster: Dagster, websocket: WebSocket, visitor: Visitor) -> None:
    """A websocket's messages, both ways until one side ends."""
    wanted = websocket.scope.get("subprotocols") or ()
    url = f"http://dagster{websocket.scope['path']}"
    try:
        headers = _told(visitor, changes=False)
        async with dagster.session().ws_connect(url, protocols=wanted, headers=headers, max_msg_size=0) as there:
            await websocket.accept(there.protocol)
            ways = [asyncio.ensure_future(_there(websocket, there)), asyncio.ensure_future(_back(there, websocket))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
    except LOST:
        pass
    with suppress(RuntimeError, WebSocketDisconnect):  # it is closed already
        await websocket.close()


async def _there(websocket: WebSocket, there: aiohttp.ClientWebSocketResponse) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            await there.send_str(await websocket.receive_text())


async def _back(there: aiohttp.ClientWebSocketResponse, websocket: WebSocket) -> None:
    async for message in there:
        if message.type is aiohttp.WSMsgType.TEXT:
            await websocket.send_text(message.data)


def _answered(raw: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What Dagster tells beside its answer, and what it leaves to be told."""
    lower = [(name.lower(), value) for name, value in raw]
    kept = [(name, value) for name, value in lower if name not in HOP_BY_HOP or name == b"content-length"]
    named = {name for name, _ in kept}
    return [*kept, (b"x-frame-options", b"SAMEORIGIN"), *(one for one in SHUT if one[0] not in named)]


def _headers(request: Request, visitor: Visitor) -> list[tuple[str, str]]:
    raw = request.scope["headers"]
    kept = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw if name not in HOP_BY_HOP]
    return [*kept, *_told(visitor, changes=request.method not in ("GET", "HEAD")).items()]


def _told(visitor: Visitor, *, changes: bool) -> dict[str, str]:
    return {MAY_CHANGE.decode(): "yes" if changes and visitor.may("admin") else "no"}
