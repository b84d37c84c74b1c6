"""Both voices of an experiment answer a question once more, unheard; nobody waits for it, and no text is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import astuple, replace
from typing import Any

import httpx
import psycopg
import pytest

from selfimprove.chats.chat import Message
from selfimprove.errors import AnswerBroken, ModelUnavailable, PromptTooLong
from selfimprove.experiments import table
from selfimprove.gateway import shadow
from selfimprove.gateway.answerers import House
from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.complete import Completer
from selfimprove.gateway.exchange import Thread
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.local import Local
from selfimprove.gateway.plan import Plan, Rivals
from selfimprove.gateway.shadow import LONGEST, MOST_TOKENS, TRIES, WAITING, Shadowed, Shadows
from selfimprove.settings import Settings
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.conftest import succession as succession
from selfimprove_tests.gateway.served import ADAPTER, Notebook, Served, serving

NEW, OLD = "new", "old"
RIVALS = Rivals("experiment", NEW, OLD)
QUESTION = (Message("user", "Which tea did I like?"),)
ASK = Ask("one-0", NEW, ({"role": "user", "content": "Which tea did I like?"},), 900, 0.3, top_logprobs=5)
GOOD, LOOPING = "You like the black tea with milk.", "tea and milk " * 30


class Script:
    """Says what it is told to, slot by slot; an error is raised after a piece."""

    def __init__(self, **said: str | Exception) -> None:
        self.said, self.asked, self.closed = said, list[Ask](), 0
        self.finish: Any = "stop"
        self.pause = 0.0
        self.hear: Callable[[], object] = lambda: None

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        self.asked.append(ask)
        said = self.said[ask.slot]
        try:
            self.hear()
            yield Piece("" if isinstance(said, Exception) else said)
            if isinstance(said, Exception):
                raise said
            await asyncio.sleep(self.pause)
            yield Piece("", finish=self.finish)
        finally:
            self.closed += 1


class Unheard:
    """Shadows in front of a script, with what they noted."""

    def __init__(self, script: Script) -> None:
        self.script, self.noted, self.is_busy, self.runs = script, list[Shadowed](), False, RIVALS.experiment
        self.shadows = Shadows(script.say, lambda: self.is_busy, lambda: self.runs, self.noted.append)

    def offer(self, root: str = "chat", **changed: Any) -> None:
        self.shadows.offer(root, RIVALS, replace(ASK, **changed), QUESTION)

    def turns(self, count: int = 1) -> None:
        async def live() -> None:
            for _ in range(count):
                await self.shadows.turn()

        asyncio.run(live())


def test_both_are_asked_the_same_at_once_and_no_text_is_kept() -> None:
    unheard = Unheard(Script(new=LOOPING, old=GOOD))
    unheard.offer()
    unheard.turns(2)
    assert unheard.noted == [Shadowed("experiment", ("looping",), (), is_same=False)]
    assert not {GOOD, LOOPING, QUESTION[0].content} & set(map(str, astuple(unheard.noted[0])))
    asked = [replace(ask, id="", slot="") for ask in unheard.script.asked]
    assert asked == [replace(ASK, id="", slot="", max_tokens=MOST_TOKENS, top_logprobs=None, goes_on=False)] * 2
    assert [ask.slot for ask in unheard.script.asked] == [NEW, OLD]
    assert len({ask.id for ask in unheard.script.asked} | {ASK.id}) == 3


def test_the_same_answer_is_told_as_such() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    unheard.offer(max_tokens=7)
    unheard.turns()
    assert unheard.noted == [Shadowed("experiment", (), (), is_same=True)]
    assert {ask.max_tokens for ask in unheard.script.asked} == {7}


STOPS = "You like the black tea. With it you would often take the milk of the"


@pytest.mark.parametrize(
    ("said", "finish", "found"),
    [
        (STOPS, "stop", ("truncated",)), (STOPS, "length", ()),
        ('{"towns": ["Ulm", "Bonn"', "stop", ("not_json",)), ('{"towns": ["Ulm", "Bonn"', "length", ()),
        (LOOPING, "length", ("looping",)),
    ],
)
def test_what_a_limit_cut_off_is_no_fault(said: str, finish: str, found: tuple[str, ...]) -> None:
    unheard = Unheard(Script(new=said, old=GOOD if "{" not in said else '{"towns": []}'))
    unheard.script.finish = finish
    question = Message("user", "Answer in JSON: two towns." if "{" in said else QUESTION[0].content)
    unheard.shadows.offer("chat", RIVALS, ASK, (question,))
    unheard.turns()
    assert unheard.noted == [Shadowed("experiment", found, (), is_same=False)]


def test_a_voice_that_computes_no_number_is_at_fault() -> None:
    unheard = Unheard(Script(new=GOOD, old=AnswerBroken(slot=OLD[:2])))  # an id is shortened in what is told of it
    unheard.offer()
    unheard.turns()
    assert unheard.noted == [Shadowed("experiment", (), (shadow.BROKEN,), is_same=False)]


def test_nobody_is_asked_while_somebody_else_is_answered() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    unheard.offer()
    unheard.is_busy = True
    unheard.turns(3)
    assert unheard.script.asked == []
    unheard.is_busy = False
    unheard.turns()
    assert len(unheard.noted) == 1


def test_who_comes_meanwhile_breaks_it_off_and_it_is_tried_a_few_times() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))

    def somebody_comes() -> None:
        unheard.is_busy = True

    unheard.script.hear, unheard.script.pause = somebody_comes, 30.0
    unheard.offer()
    for _ in range(TRIES + 2):
        unheard.turns()
        unheard.is_busy = False
    assert unheard.noted == []
    assert len(unheard.script.asked) == unheard.script.closed == 2 * TRIES


LEAVES, TOO_LONG = ModelUnavailable(reason="it leaves", retry_after=5), PromptTooLong(tokens=9, limit=8)


def test_who_comes_while_the_question_is_still_read_is_not_kept_waiting() -> None:
    class Slow(Script):
        async def say(self, ask: Ask) -> AsyncIterator[Piece]:
            self.asked.append(ask)
            try:
                await asyncio.sleep(60)
                yield Piece("at last", finish="stop")
            finally:
                self.closed += 1

    unheard = Unheard(Slow())
    unheard.offer()

    async def live() -> None:
        turn = asyncio.create_task(unheard.shadows.turn())
        await asyncio.sleep(0.1)
        unheard.is_busy = True
        async with asyncio.timeout(20):
            await turn

    asyncio.run(live())
    assert (unheard.noted, unheard.script.closed) == ([], 2)


def test_questions_of_an_experiment_that_has_ended_are_dropped() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    unheard.offer()
    unheard.runs = "another"
    unheard.turns()
    unheard.runs = RIVALS.experiment
    unheard.turns()
    assert (unheard.noted, unheard.script.asked) == ([], [])


@pytest.mark.parametrize("when", ["while it waits", "while it is answered"])
def test_nothing_of_a_chat_that_was_forgotten_waits_on(when: str) -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    unheard.offer()
    if when == "while it waits":
        unheard.shadows.forget()
    else:
        unheard.script.hear, unheard.script.pause = unheard.shadows.forget, 30.0
    unheard.turns(3)
    assert unheard.noted == []
    assert len(unheard.script.asked) == (0 if when == "while it waits" else 2)


@pytest.mark.parametrize("wrong", [LEAVES, TOO_LONG])
def test_a_question_that_cannot_be_answered_is_dropped(wrong: Exception) -> None:
    unheard = Unheard(Script(new=wrong, old=GOOD))
    unheard.offer()
    unheard.turns(2)
    assert (unheard.noted, len(unheard.script.asked)) == ([], 2)


def test_what_cannot_be_stored_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))

    def fails(_: Shadowed) -> None:
        raise psycopg.OperationalError(QUESTION[0].content)

    unheard.shadows._note = fails
    unheard.offer("one")
    unheard.offer("two")
    with caplog.at_level("INFO"):
        unheard.turns(2)
    assert len(unheard.script.asked) == 4
    assert "was not stored: OperationalError" in caplog.text
    assert QUESTION[0].content not in caplog.text


def test_a_chat_counts_once_and_tools_do_not() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    unheard.offer("one", tools=({"type": "function"},))
    unheard.offer("two", is_call=True)
    unheard.shadows.offer("three", RIVALS, ASK, (*QUESTION, Message("assistant", GOOD)))
    unheard.shadows.offer("five", RIVALS, ASK, (Message("user", "tea " * LONGEST),))
    for _ in range(2):
        unheard.offer("four")
    unheard.turns(5)
    assert len(unheard.noted) == 1


def test_only_so_many_questions_wait() -> None:
    unheard = Unheard(Script(new=GOOD, old=GOOD))
    for number in range(2 * WAITING):
        unheard.offer(str(number), id=str(number))
    unheard.turns(2 * WAITING)
    assert len(unheard.noted) == WAITING
    assert unheard.script.asked[0].id.startswith(f"{WAITING}-")


class Drawn:
    """A Chooser in an experiment of which every chat is drawn."""

    plan = Plan(ADAPTER, "base", "experiment", 0.5, shadow=1.0)

    def slot(self, chat_id: str) -> str:
        return self.plan.slot(chat_id)

    def arm(self, chat_id: str) -> Any:
        return self.plan.arm(chat_id)

    def rivals(self, chat_id: str) -> Rivals | None:
        return self.plan.rivals(chat_id)


class Knowing(Notebook):
    """Knows a chat that goes on."""

    def chat_of(
        self, messages: Sequence[Message], given: str | None = None, who: str = "", guest: str | None = None
    ) -> Thread:
        thread = super().chat_of(messages, given, who, guest)
        return replace(thread, relation="new" if len(messages) == 1 else "next")


class Heard:
    """What was offered."""

    def __init__(self) -> None:
        self.offered: list[tuple[str, Rivals]] = []

    def offer(self, root: str, rivals: Rivals, ask: Ask, messages: Any) -> None:
        self.offered.append((messages[-1].content, rivals))


def test_the_first_question_of_a_chat_is_offered_where_nobody_named_a_voice(settings: Settings) -> None:
    heard, notebook = Heard(), Knowing()

    class Comparing(Served):
        def _answerer(self, local: Local) -> Completer:
            self.answering = None
            self.keeping = Keeping(notebook)
            local = Local("tiny", Drawn(), lambda: self.loaded, lambda: self.health)
            return Completer(self.voice, local, self.keeping, None, heard)  # type: ignore[arg-type]

    def ask(url: str, *said: str, model: str = "selfimprove") -> str:
        roles = ["user", "assistant"] * len(said)
        messages = [{"role": role, "content": text} for role, text in zip(roles, said, strict=False)]
        answer = httpx.post(f"{url}/v1/chat/completions", json={"model": model, "messages": messages})
        return str(answer.raise_for_status().json()["choices"][0]["message"]["content"])

    with serving(Comparing(settings.home).app) as url:
        first = ask(url, "how are you?")
        ask(url, "how are you?", first, "and today?")
        ask(url, "how are you?", model="base")
        title = "### Task:\nGenerate a title.\n<chat_history>\nUSER: how are you?\n</chat_history>"
        ask(url, title)
        assert {exchange.arm for exchange in notebook.kept if exchange.messages[0].content == title} == {None}
    assert heard.offered == [("how are you?", Rivals("experiment", ADAPTER, "base"))]


def test_what_came_of_it_is_in_the_database(succession: Succession, settings: Settings) -> None:
    connection = succession.house.connection
    table.begin(connection, succession.promotion, 0.5, 1.0)
    experiment = table.running(connection)
    connection.commit()
    assert experiment is not None
    House(settings)._note(Shadowed(experiment.id, (), ("looping", "empty"), is_same=False))
    found = connection.execute("select * from shadow_answers").fetchone()
    assert found is not None
    assert (found["challenger_flaws"], found["control_flaws"], found["is_same"]) == ([], ["looping", "empty"], False)
    assert set(found) == {"id", "experiment_id", "challenger_flaws", "control_flaws", "is_same", "at"}
