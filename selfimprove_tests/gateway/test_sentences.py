"""Embeddings are read a few at a time: who asks for little does not wait for who asks for much, nor for who is gone."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from selfimprove.gateway import embedding, sentences
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.sentences import AT_A_TIME, FEW, Sentences
from selfimprove.gateway.turns import Turns
from selfimprove.models.embed import DIMENSIONS, LONGEST
from selfimprove_tests.gateway.served import Served, serving, until


class Reader:
    """A worker that tells the texts' lengths, and reads on as it is let."""

    def __init__(self) -> None:
        self.jobs: list[list[str]] = []
        self._let = threading.Semaphore(0)

    def do(self, function: str, job: dict[str, Any]) -> dict[str, Any]:
        self.jobs.append(job["texts"])
        assert self._let.acquire(timeout=30)
        vectors = np.zeros((len(job["texts"]), DIMENSIONS), np.float32)
        vectors[:, 0] = [len(text) for text in job["texts"]]
        return {"vectors": b64encode(vectors.tobytes()).decode()}

    def let(self, jobs: int = 10_000) -> None:
        self._let.release(jobs)

    def close(self) -> None: ...


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.let()


def of(reader: Reader) -> Sentences:
    return Sentences(lambda: reader)  # type: ignore[arg-type, return-value]


async def at_work(reader: Reader, jobs: int) -> None:
    """Until so many have begun."""
    async with asyncio.timeout(30):
        while len(reader.jobs) < jobs:
            await asyncio.sleep(0.005)


def test_many_texts_are_read_a_few_at_a_time_and_told_in_their_order(reader: Reader) -> None:
    reader.let()
    texts = ["x" * (n * 37 % 5000) for n in range(300)] + ["y" * 2_000_000]
    found = asyncio.run(of(reader)(texts))
    assert [int(length) for length in found[:, 0]] == [min(len(text), LONGEST) for text in texts]
    assert max(map(len, reader.jobs)) == FEW
    assert max(sum(map(len, job)) for job in reader.jobs) <= AT_A_TIME
    assert asyncio.run(of(reader)([])).shape == (0, DIMENSIONS)


def test_recall_and_single_texts_do_not_wait_for_many(reader: Reader) -> None:
    async def ask() -> None:
        read = of(reader)
        many = asyncio.create_task(read(["m" * LONGEST] * 40))
        await at_work(reader, 1)
        asked = (read(["two", "too"]), read(["one"]), read.recall(["recalled"]))
        others = [asyncio.create_task(work) for work in asked]
        await asyncio.sleep(0.01)
        reader.let(3)
        await at_work(reader, 4)
        assert [job[0][:8] for job in reader.jobs] == ["mmmmmmmm", "recalled", "one", "two"]
        reader.let()
        await asyncio.gather(many, *others)

    asyncio.run(ask())


def test_for_who_is_gone_nothing_more_is_read(reader: Reader) -> None:
    async def ask() -> None:
        read = of(reader)
        many = asyncio.create_task(read(["m" * LONGEST] * 400))
        await at_work(reader, 1)
        many.cancel()
        with suppress(asyncio.CancelledError):
            await many
        after = asyncio.create_task(read(["hello", "there"]))
        await asyncio.sleep(0.05)
        assert len(reader.jobs) == 1, "one process reads one thing at a time"
        reader.let()
        assert (await after)[0, 0] == 5
        assert [job[0][:5] for job in reader.jobs] == ["mmmmm", "hello"]

    asyncio.run(ask())


@pytest.mark.parametrize(("most", "texts"), [("MOST_WAITING", ["m" * LONGEST] * 7), ("MOST_ASKING", ["m"])])
def test_where_too_many_wait_others_are_told_when_to_come_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, most: str, texts: list[str]
) -> None:
    monkeypatch.setattr(sentences, most, {"MOST_WAITING": 8 * LONGEST, "MOST_ASKING": 1}[most])

    async def ask() -> None:
        read = of(reader)
        first = asyncio.create_task(read(texts))
        await at_work(reader, 1)
        with pytest.raises(Refusal, match="Too many texts wait") as refused:
            await read(["m" * LONGEST] * 2)
        assert refused.value.status == 429
        assert "retry-after" in refused.value.response().headers
        recalled = asyncio.create_task(read.recall(["r" * LONGEST]))
        reader.let()
        await asyncio.gather(first, recalled)
        assert len(await read(["m" * LONGEST] * 2)) == 2

    asyncio.run(ask())


def test_what_is_read_counts_no_more_and_what_is_not_counts_until_it_is_given_up(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "MOST_WAITING", 8 * LONGEST)

    async def ask() -> None:
        read = of(reader)
        long = asyncio.create_task(read(["m" * LONGEST] * 8))
        for had in range(3):
            await at_work(reader, had + 1)
            others = [asyncio.create_task(read(["o" * LONGEST])) for _ in range(had)]
            await asyncio.sleep(0)
            with pytest.raises(Refusal, match="Too many texts wait"):
                await read(["m"])
            assert not any(other.done() for other in others), "they wait, in the place of what was read"
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            reader.let(1)
        await at_work(reader, 4)
        long.cancel()
        await asyncio.gather(long, return_exceptions=True)
        reader.let()
        assert len(await read(["m" * LONGEST] * 8)) == 8, "nothing waits any more, nor less than nothing"
        with pytest.raises(Refusal):
            await read(["m" * LONGEST] * 8 + ["m"])

    asyncio.run(ask())


def turning(work: Callable[[Turns, list[int]], Coroutine[Any, Any, None]]) -> list[int]:
    """Who had a turn, in order."""
    had: list[int] = []
    asyncio.run(work(Turns(), had))
    return had


def test_the_most_urgent_comes_first_and_among_equals_the_first() -> None:
    async def work(turns: Turns, had: list[int]) -> None:
        async def one(urgency: int, name: int) -> None:
            await turns.take(urgency)
            had.append(name)
            turns.give()

        await turns.take(2)
        several = [asyncio.create_task(one(urgency, name)) for name, urgency in enumerate([2, 1, 2, 0, 1])]
        await asyncio.sleep(0)
        turns.give()
        await asyncio.gather(*several)

    assert turning(work) == [3, 1, 4, 0, 2]


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_who_is_cancelled_keeps_no_turn(is_handed_over: bool) -> None:
    async def work(turns: Turns, had: list[int]) -> None:
        await turns.take(0)
        leaving, staying = (asyncio.create_task(turns.take(0)) for _ in range(2))
        await asyncio.sleep(0)
        if is_handed_over:
            turns.give()
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert leaving.cancelled()
        if not is_handed_over:
            turns.give()
        async with asyncio.timeout(5):
            await staying
            turns.give()
            await turns.take(2)
        had.append(1)

    assert turning(work) == [1]


@pytest.fixture
def asked(tmp_path: Path, reader: Reader) -> Iterator[httpx.Client]:
    served = Served(tmp_path)
    served.app.state.parts = replace(served.parts, embed=of(reader))
    with serving(served.app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def test_a_client_that_goes_away_leaves_no_work(asked: httpx.Client, reader: Reader) -> None:
    with pytest.raises(httpx.ReadTimeout):
        asked.post("/v1/embeddings", json={"input": ["m" * 4000] * 200}, timeout=0.5)
    reader.let()
    assert asked.post("/v1/embeddings", json={"input": "hello"}).json()["data"][0]["embedding"][0] == 5
    until(lambda: len(reader.jobs) == 2, 5)
    assert reader.jobs[1] == ["hello"]


def test_one_request_may_not_ask_for_everything(asked: httpx.Client, reader: Reader) -> None:
    reader.let()
    most = embedding.MOST // 4000
    much = asked.post("/v1/embeddings", json={"input": ["m" * 4000] * (most + 1)})
    assert (much.status_code, much.json()["error"]["param"]) == (400, "input")
    assert "Send fewer" in much.json()["error"]["message"]
    assert not reader.jobs
    for texts in (["m" * 4000] * most, ["m" * 1_900_000] * 2):
        assert len(asked.post("/v1/embeddings", json={"input": texts}).json()["data"]) == len(texts)
