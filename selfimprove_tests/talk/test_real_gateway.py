"""The same line on the gateway itself: its application, its gate and its wire, with a voice that repeats."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from selfimprove.gateway import app as gateway
from selfimprove.gateway import login, tokens
from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.complete import Chosen, Completer
from selfimprove.gateway.exchange import Exchange, Reacted, Reaction
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.parts import Health, Parts
from selfimprove.gateway.protocol import Bounded
from selfimprove.settings import read
from selfimprove.talk.conversation import Conversation
from selfimprove.talk.line import Line
from selfimprove.talk.talk import converse, once
from selfimprove.talk.verbs import Talk
from selfimprove_tests.gateway.unkept import Unkept
from selfimprove_tests.talk.conftest import Script

ADAPTER = "d" * 64


class Parrot:
    """A voice that says what it heard, in three pieces, and who it is."""

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """One answer."""
        text = str(ask.messages[-1]["content"])
        for piece in (ask.slot[:4], ": \x1b[5m", text):
            yield Piece(piece)
        yield Piece("", finish="stop", prompt_tokens=3, completion_tokens=3)


class Cage:
    """Its Voices: an adapter that answers, and the base model."""

    def choose(self, name: str, chat_id: str) -> Chosen:
        """See Voices."""
        slot = "base" if name in ("base", "tiny") else ADAPTER
        return Chosen(slot, "tiny", slot)

    async def health(self) -> Health:
        """Always well."""
        return Health(True)

    async def models(self) -> list[str]:
        """Whom one can name."""
        return ["selfimprove", "tiny", ADAPTER]


class Notebook(Unkept):
    """A keeper that has room."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.reactions: list[Reaction] = []

    async def keep(self, exchange: Exchange) -> bool:
        """Yes."""
        self.exchanges.append(exchange)
        return True

    async def react(self, reaction: Reaction) -> Reacted:
        """Yes."""
        self.reactions.append(reaction)
        return "kept"


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def line(tmp_path: Path, notebook: Notebook) -> Iterator[Line]:
    settings = read({"SELFIMPROVE_HOME": str(tmp_path / "home"), "SELFIMPROVE_DATABASE_URL": "postgresql:///none"})
    keeping = Keeping(notebook)
    voice: Any = Parrot()

    async def embed(_: Any) -> Any:
        return []

    known, sessions = tokens.Known(settings.home), login.Sessions(login.key(settings.home))
    parts = Parts(settings, Completer(voice, Cage(), keeping), keeping.keeper, embed, known, sessions)
    server = uvicorn.Server(uvicorn.Config(gateway.make(parts), port=0, http=Bounded, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    line = Line(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    yield line
    line.close()
    server.should_exit = True
    thread.join(10)


def test_an_answer_with_its_names(line: Line) -> None:
    answer = once(Conversation(line), "What\u2028is my bedtime?", None)
    assert answer.text == "dddd: \x1b[5mWhat\u2028is my bedtime?"
    assert (answer.adapter, answer.finish, answer.is_kept) == (ADAPTER, "stop", True)
    assert answer.id.startswith("chatcmpl-")
    assert len(answer.chat_id) == 32


def test_a_conversation_with_a_comparison(line: Line, screen: Script) -> None:
    screen.lines = ["One?", "/compare", "/adapter base", "Two?", "/adapter"]
    converse(Talk(Conversation(line), screen, lambda *_: ""))
    assert [title for title, _ in screen.columns] == ["adapter dddddddddddd", "the base model"]
    assert [text.partition(":")[0] for _, text in screen.columns] == ["dddd", "base"]
    assert screen.notes[-2] == "The last answer was the base model's."


def test_words_on_an_answer_arrive(line: Line, screen: Script, notebook: Notebook) -> None:
    screen.lines = ["One?", "/good", "/bad too long", "/fix Two."]
    converse(Talk(Conversation(line), screen, lambda *_: ""))
    assert screen.notes[1:] == ["Noted."] * 3
    told = [(one.thumbs, one.comment, one.correction) for one in notebook.reactions]
    assert told == [(1, None, None), (-1, "too long", None), (None, None, "Two.")]
    assert {one.completion for one in notebook.reactions} == {notebook.exchanges[0].id}
