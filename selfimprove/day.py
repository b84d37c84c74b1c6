"""The day's process: the gateway, whoever answers, its pages, and all that works behind them while it is up.

What another room adds: a router goes into `compose`, work in the background into `WORK`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from selfimprove.gateway import app as gateway
from selfimprove.settings import Settings

Work = Callable[[FastAPI], AbstractAsyncContextManager[None]]
WORK: tuple[Work, ...] = ()  # entered in this order when the gateway starts, left in the opposite one


def run(settings: Settings) -> None:
    """Answer until a signal ends it."""
    import uvicorn

    uvicorn.run(
        compose(settings), host=settings.gateway_host, port=settings.gateway_port, loop="uvloop", http="httptools",
        access_log=False,
    )


def compose(settings: Settings) -> FastAPI:
    """The application with every room's part of it."""
    return gateway.make(settings, lifespan=_working)


@asynccontextmanager
async def _working(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for work in WORK:
            await stack.enter_async_context(work(app))
        yield
