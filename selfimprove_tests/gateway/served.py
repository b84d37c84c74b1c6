"""A gateway on a real port, with a voice that is told what to say and a keeper that remembers."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from starlette.types import ASGIApp

from selfimprove.errors import ModelUnavailable, PromptTooLong, SchemaUnusable
from selfimprove.gateway import app as gateway
from selfimprove.gateway import login, tokens
from selfimprove.gateway.answerers import answering
from selfimprove.gateway.ask import Ask, Piece, TokenScore
from selfimprove.gateway.complete import Completer
from selfimprove.gateway.exchange import Exchange, Reacted, Reaction
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.limits import Limits
from selfimprove.gateway.local import Local
from selfimprove.gateway.parts import Answerer, Health, Parts
from selfimprove.gateway.plan import Plan
from selfimprove.gateway.protocol import Bounded
from selfimprove.settings import Settings, read
from selfimprove_tests.gateway.unkept import Unkept

ADAPTER = "ad" * 32
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}


class Notebook(Unkept):
    """A keeper with room."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self.reactions: list[Reaction] = []
        self.has_room = True
        self.reacted: Reacted = "kept"

    async def keep(self, exchange: Exchange) -> bool:
        self.kept.append(exchange)
        return self.has_room

    async def react(self, reaction: Reaction) -> Reacted:
        self.reactions.append(reaction)
        return self.reacted


class Parrot:
    """Says who it is and what it heard, one word a piece; words that begin with "!" are orders to it."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.closed = 0

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        self.asked.append(ask)
        said = str(ask.messages[-1]["content"])
        words = f"{ask.slot[:4]}: {said}".split()
        try:
            await self._obey(said.partition(" ")[0])
            for word in words:
                await self._obey(word)
                top = (TokenScore(word, -0.5), TokenScore("other", -1.0))
                score = TokenScore(word, -0.5, top[: ask.top_logprobs or 0])
                yield Piece(f"{word} ", () if ask.top_logprobs is None else (score,))
            calls = (CALL,) if ask.tools else ()
            yield Piece("", (), "tool_calls" if calls else "stop", 7, len(words), calls)
        finally:
            self.closed += 1

    @staticmethod
    async def _obey(word: str) -> None:
        match word:
            case "!wait":
                await asyncio.sleep(60)
            case "!slow":
                await asyncio.sleep(0.1)
            case "!down":
                raise ModelUnavailable(reason="it rests", retry_after=7)
            case "!long":
                raise PromptTooLong(tokens=9, limit=8)
            case "!schema":
                raise SchemaUnusable(reason="nothing can satisfy it")
            case "!crash":
                raise ZeroDivisionError("what was said: !crash")


async def lengths(texts: Sequence[str]) -> Any:
    """Embeddings that tell the texts' lengths."""
    vectors = np.zeros((len(texts), 384), np.float32)
    vectors[:, 0] = [len(text) for text in texts]
    return vectors


class Served:
    """A gateway and what its test looks at."""

    def __init__(self, home: Path, **settings: str) -> None:
        given = {f"SELFIMPROVE_{name}": value for name, value in settings.items()}
        self.settings: Settings = read({"SELFIMPROVE_HOME": str(home), **given})
        self.voice, self.notebook = Parrot(), Notebook()
        self.health, self.loaded = Health(True), frozenset({"base", ADAPTER})
        self.keeping = Keeping(self.notebook)
        local = Local("tiny", Plan(ADAPTER), lambda: self.loaded, lambda: self.health)
        self.limits = Limits()
        self.closing: list[Any] = []
        self.parts = Parts(
            self.settings, self._answerer(local), self.notebook, lengths,
            tokens.Known(home), login.Sessions(b"k" * 32), self.limits,
        )
        self.app = gateway.make(self.parts, lifespan=self._lives)

    @asynccontextmanager
    async def _lives(self, _: object) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if self.answering:
                await stack.enter_async_context(self.answering.lives())
            yield
            for close in self.closing:
                await close()

    def _answerer(self, local: Local) -> Answerer:
        self.answering = answering(self.settings, self.keeping) if is_elsewhere(self.settings) else None
        if self.answering:
            return self.answering.answerer
        return Completer(self.voice, local, self.keeping)


def is_elsewhere(settings: Settings) -> bool:
    """Whether another server may answer."""
    return settings.upstream_url is not None or settings.fallback_url is not None


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The address of an application on a real server."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        config = uvicorn.Config(app, http=Bounded, access_log=False, log_level="error", proxy_headers=False,
                                timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "it did not start"
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def until(holds: Any, seconds: float = 60) -> None:
    """Wait for what comes in the background."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
