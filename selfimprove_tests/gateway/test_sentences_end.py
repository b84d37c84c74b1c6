"""The process of embeddings ends with the gateway: none begins again under it, and nothing of it is left in the log."""

import asyncio
import gc
import threading
from typing import Any

import pytest

from selfimprove.errors import ModelUnavailable, ModelWorkFailed
from selfimprove.gateway.sentences import Sentences
from selfimprove.models.embed import DIMENSIONS
from selfimprove_tests.gateway.test_sentences import Reader, at_work


class Mortal(Reader):
    """One that dies of being closed, and tells how many like it were hired."""

    def __init__(self) -> None:
        super().__init__()
        self.hired = 0
        self.is_closed = False

    def hire(self) -> "Mortal":
        self.hired += 1
        return self

    def do(self, function: str, job: dict[str, Any]) -> dict[str, Any]:
        done = super().do(function, job)
        if self.is_closed:
            raise ModelWorkFailed(function=function, ending="SIGKILL", line="what was read last")
        return done

    def close(self) -> None:
        self.is_closed = True
        self.let()


async def ended(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_is_ended_for_good_begins_no_process_again(is_gone: bool) -> None:
    told: list[str] = []

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
        mortal = Mortal()
        read = Sentences(mortal.hire)  # type: ignore[arg-type]
        rest, asked = asyncio.create_task(read.rest()), asyncio.create_task(read(["one"]))
        waiting = asyncio.create_task(read(["two"]))
        await at_work(mortal, 1)
        if is_gone:
            asked.cancel()
            await asyncio.sleep(0)
        await ended(rest)
        with pytest.raises(asyncio.CancelledError if is_gone else ModelWorkFailed):
            await asked
        with pytest.raises(ModelUnavailable):
            await waiting
        with pytest.raises(ModelUnavailable, match="the gateway ends"):
            await read(["three"])
        assert mortal.hired == 1

    asyncio.run(ask())
    gc.collect()
    assert told == []


def test_what_is_ended_while_a_process_is_hired_leaves_none() -> None:
    hired, hires, mortal = threading.Event(), threading.Event(), Mortal()

    def hire() -> Mortal:
        hires.set()
        assert hired.wait(30)
        return mortal.hire()

    async def ask() -> None:
        read = Sentences(hire)  # type: ignore[arg-type]
        rest, asked = asyncio.create_task(read.rest()), asyncio.create_task(read(["one"]))
        assert await asyncio.to_thread(hires.wait, 30)
        await ended(rest)
        hired.set()
        with pytest.raises(ModelUnavailable):
            await asked
        assert mortal.is_closed
        assert mortal.jobs == []

    asyncio.run(ask())


def test_one_that_dies_by_itself_is_followed_by_another() -> None:
    mortal = Mortal()

    def hire() -> Mortal:
        mortal.is_closed = mortal.hired == 0
        return mortal.hire()

    mortal.let()
    assert asyncio.run(Sentences(hire)(["one"])).shape == (1, DIMENSIONS)  # type: ignore[arg-type]
    assert mortal.hired == 2


def test_what_fails_after_who_asked_has_gone_is_not_told_in_the_log() -> None:
    told: list[str] = []

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
        mortal = Mortal()
        mortal.close = lambda: None  # type: ignore[method-assign]
        mortal.is_closed = True
        asked = asyncio.create_task(Sentences(mortal.hire)(["one"]))  # type: ignore[arg-type]
        await at_work(mortal, 1)
        await ended(asked)
        mortal.let()
        await at_work(mortal, 2)
        await asyncio.sleep(0.05)
        assert mortal.hired == 2

    asyncio.run(ask())
    gc.collect()
    assert told == []
