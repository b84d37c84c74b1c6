"""The loop that answers: who is let in, by the room that their caches will need."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mlx.core as mx
import pytest

from selfimprove.models import mlx
from selfimprove.models.answering import Voices
from selfimprove.models.asked import Desk
from selfimprove.models.base import TINY
from selfimprove.models.mlx import Loaded
from selfimprove.models.serving import BLOCK, LEAST, STEP, Room, Serving, share

CONTEXT = 512


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return mlx.load(TINY)


def asking(loaded: Loaded, *most: int, blocks: int, **more: Any) -> tuple[Voices, list[Any], Callable[[], None]]:
    """Requests for so many tokens, where there is room for the caches of so many blocks; what is said, and a step."""
    told: list[Any] = []
    voices = Voices(loaded, Serving(context=CONTEXT), Room(1e12, 2**20, blocks * BLOCK, 1), told.extend)
    desk = Desk(loaded.tokenizer, CONTEXT)
    ask = {"id": "a", "slot": "base", "messages": [{"role": "user", "content": "Hello!"}], "temperature": 0.0,
           "top_p": 1.0, "seed": 1, "top_logprobs": None, "stop": (), "tools": (), "schema": None,
           "frequency_penalty": 0.0, "presence_penalty": 0.0, "logit_bias": {}, **more}  # fmt: skip
    for key, tokens in enumerate(most, 1):
        voices._do({"key": key, "do": "say", "asked": desk.prepare(key, {**ask, "max_tokens": tokens})})

    def step() -> None:
        with mx.stream(voices._generator.stream):
            voices._admit()
            voices._step()
            voices._flush()

    return voices, told, step


@pytest.mark.parametrize(
    ("most", "blocks", "admitted"),
    [
        ([9, 9, 9], 3, 3), ([9, 9, 9], 2, 2),
        ([9, 400, 9], 3, 1),  # a batch is as wide as its longest, and nobody overtakes
        ([400, 9], 1, 1),  # one alone is always let in
    ],
)  # fmt: skip
def test_who_does_not_fit_waits_and_is_answered(loaded: Loaded, most: list[int], blocks: int, admitted: int) -> None:
    voices, told, step = asking(loaded, *most, blocks=blocks)
    step()
    assert (len(voices._speeches), len(voices._waiting)) == (admitted, len(most) - admitted)
    for _ in range(200):
        step()
    ended = [event["key"] for event in told if event.get("piece", {}).get("finish")]
    assert sorted(ended) == list(range(1, len(most) + 1))
    assert not voices._speeches


@pytest.mark.parametrize("goes_on", [True, False])
def test_of_what_nobody_goes_on_with_nothing_is_kept(loaded: Loaded, goes_on: bool) -> None:
    messages = [{"role": "user", "content": "Where is the key of the shed? " * 5}]
    voices, told, step = asking(loaded, 30, blocks=9, goes_on=goes_on, messages=messages)
    for _ in range(60):
        step()
    assert any(event.get("piece", {}).get("finish") for event in told)
    assert (voices._prefixes.size > 0) is goes_on


def test_prompts_are_read_side_by_side_so_that_long_ones_stop_nobody(loaded: Loaded) -> None:
    long = [{"role": "user", "content": "Where is the key of the shed? " * 40}]
    voices, told, step = asking(loaded, *[4] * 9, blocks=99, messages=long)
    first = voices._waiting[0]
    voices._waiting.append(replace(first, key=99, tokens=first.tokens[-20:]))
    assert len(first.tokens) > STEP / 2
    read = []
    while not told:
        with voices._generator.stats() as stats:
            step()
        read.append(stats.prompt_tokens)
    assert {event["key"] for event in told} == {99}
    assert max(read) <= STEP
    while voices._speeches:
        step()
    assert sum("finish" in event["piece"] for event in told) == 10


@pytest.mark.parametrize(("prompts", "tokens"), [(0, STEP), (1, STEP), (3, STEP // 3), (32, LEAST), (99, LEAST)])
def test_what_is_read_at_a_time_is_shared(prompts: int, tokens: int) -> None:
    assert share(prompts) == tokens
