"""The day's process: the gateway, whoever answers, its pages, and all that works behind them while it is up.

What another room adds: a router goes into `compose`, work in the background into `WORK`.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from selfimprove import postgres, stack
from selfimprove.errors import DatabaseDown, TokenNeeded
from selfimprove.gateway import app as gateway
from selfimprove.gateway import login, origin, tokens, work
from selfimprove.gateway.answerers import Answering, answering
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.parts import Parts
from selfimprove.gateway.protocol import Bounded
from selfimprove.gateway.sentences import Sentences
from selfimprove.gateway.unkept import Unkept
from selfimprove.settings import Settings


@dataclass(frozen=True, slots=True)
class Day:
    """What lives while the gateway is up."""

    settings: Settings
    keeping: Keeping
    answering: Answering
    sentences: Sentences
    known: tokens.Known


Work = Callable[[Day], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _keep(day: Day) -> AsyncIterator[None]:
    yield
    await day.keeping.settle()


@asynccontextmanager
async def _answer(day: Day) -> AsyncIterator[None]:
    async with day.answering.lives():
        yield


@asynccontextmanager
async def _embed(day: Day) -> AsyncIterator[None]:
    async with work.beside(day.sentences.rest()):
        yield


@asynccontextmanager
async def _tokens(day: Day) -> AsyncIterator[None]:
    async with work.beside(tokens.follow(day.settings, day.known)):
        yield


WORK: tuple[Work, ...] = (_keep, _answer, _embed, _tokens)  # entered in this order, left in the opposite one


def run(settings: Settings) -> None:
    """Answer until a signal ends it.

    Raises:
        TokenNeeded: others than this machine could reach it, and there is no token.
        DatabaseDown: it does not answer, and was never reached from here.
    """
    import uvicorn

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    _look_up_tokens(settings)
    uvicorn.run(
        compose(settings), host=settings.gateway_host, port=settings.gateway_port, loop="uvloop", http=Bounded,
        access_log=False, server_header=False, timeout_graceful_shutdown=10,
    )


def compose(settings: Settings) -> FastAPI:
    """The application with every room's part of it."""
    keeping = Keeping(Unkept())
    day = Day(settings, keeping, answering(settings, keeping), Sentences(), tokens.Known(settings.home))
    sessions = login.Sessions(login.key(settings.home))
    parts = Parts(settings, day.answering.answerer, keeping.keeper, day.sentences, day.known, sessions)
    app = gateway.make(parts, lifespan=_lifespan(day))
    app.state.day = day
    return app


def _lifespan(day: Day) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as entered:
            for enter in WORK:
                await entered.enter_async_context(enter(day))
            yield

    return lifespan


def _look_up_tokens(settings: Settings) -> None:
    """Know the tokens as the database has them, or as they were when it last answered."""
    try:
        with postgres.connect(stack.prepare(settings)) as connection:
            tokens.remember(connection, settings.home)
    except DatabaseDown:
        if not tokens.file(settings.home).exists():
            raise
    if not origin.is_loopback(settings.gateway_host) and not tokens.Known(settings.home).all():
        raise TokenNeeded(host=settings.gateway_host)
