"""Prompts that begin alike: grouped where that saves reading, and answered as if each had been read alone."""

import itertools
import random
from typing import Any

import mlx.core as mx
import pytest

from selfimprove.models import mlx
from selfimprove.models.decode import LEAST_GAIN, LEAST_PREFIX, Engine, _rows, groups, keyed
from selfimprove.models.tiny import corpus

LONG, OTHER = list(range(100, 300)), list(range(300, 500))


def found(*prompts: list[int]) -> set[tuple[int, tuple[int, ...]]]:
    return {(group.prefix, tuple(sorted(group.places))) for group in groups(prompts)}


def test_equal_beginnings_are_shared_wherever_they_stand() -> None:
    assert found([*LONG, 1], [*OTHER, 2], [*LONG, 3, 4], [*OTHER, 5]) == {(200, (0, 2)), (200, (1, 3))}


def test_a_token_of_each_prompt_is_left_to_be_read() -> None:
    assert found(LONG, LONG, [*LONG, 1]) == {(199, (0, 1, 2))}


def test_short_beginnings_and_few_prompts_are_not_worth_it() -> None:
    few = [1] * (LEAST_GAIN - 1)
    assert found([*few, 2, 3], [*few, 4, 5]) == {(0, (0,)), (0, (1,))}
    assert found([*few, 1, 2, 3], [*few, 1, 4, 5]) == {(LEAST_GAIN, (0, 1))}
    short = [[*range(LEAST_PREFIX - 1), 99, number] for number in range(50)]
    assert {prefix for prefix, _ in found(*[prompt[:-2] + [90 + i] * 9 for i, prompt in enumerate(short)])} == {0}


def test_a_prompt_that_would_shorten_what_others_share_stays_out() -> None:
    alike = [[*LONG, number] for number in range(8)]
    assert found(*alike, [*LONG[:40], 900, 901]) == {(200, tuple(range(8))), (0, (8,))}


def test_every_prompt_is_in_one_group_and_begins_as_its_group_does() -> None:
    draw = random.Random(3)
    prompts = [[draw.randrange(3) for _ in range(draw.randrange(1, 90))] for _ in range(200)]
    prompts += [[*prompts[0], *[7] * 80, number] for number in range(9)]
    seen: list[int] = []
    for group in groups(prompts):
        seen += group.places
        assert len({tuple(prompts[place][: group.prefix]) for place in group.places}) == 1
        assert all(len(prompts[place]) > group.prefix for place in group.places)
    assert sorted(seen) == list(range(len(prompts)))
    assert list(groups([])) == []


@pytest.fixture(scope="module")
def chats() -> list[list[dict[str, str]]]:
    """Questions after the same few exchanges, others after none, and one that repeats another."""
    samples = [sample.line() for sample in corpus.held_out() if len(sample.line()) == 2]
    before = [message for line in samples[100:108] for message in line]
    asked = [line[0] for line in samples[:12]]
    shared = [[*before, question] for question in asked]
    return [*itertools.chain(*zip(shared, ([one] for one in asked), strict=True)), shared[0]]


def test_texts_are_the_same_with_and_without_shared_beginnings(
    tiny: mlx.Loaded, chats: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = mlx.generate(tiny, chats, max_tokens=24, shares=False)
    read: list[int] = []
    monkeypatch.setattr("selfimprove.models.decode._read", _counted(read))
    shared = mlx.generate(tiny, chats, max_tokens=24)
    assert [one.text for one in shared] == [one.text for one in alone]
    assert [one.tokens for one in shared] == [one.tokens for one in alone]
    assert len(read) == 1
    assert read[0] > 100


def _counted(read: list[int]) -> Any:
    from selfimprove.models.decode import _read

    def reading(engine: Engine, tokens: Any) -> Any:
        read.append(len(tokens))
        return _read(engine, tokens)

    return reading


def test_sampled_texts_are_the_same_too(tiny: mlx.Loaded, chats: list[Any]) -> None:
    seeds = list(range(len(chats)))
    shared, alone = (
        mlx.generate(tiny, chats, max_tokens=12, temperature=0.8, seed=seeds, shares=shares) for shares in (True, False)
    )
    assert [one.text for one in shared] == [one.text for one in alone]


def test_an_answer_drawn_by_its_own_seed_does_not_depend_on_its_batch(tiny: mlx.Loaded, chats: list[Any]) -> None:
    def draw(which: slice, seeds: list[int]) -> list[str]:
        answers = mlx.generate(tiny, chats[which], max_tokens=12, temperature=1.5, seed=seeds)
        return [one.text for one in answers]

    together = draw(slice(0, 6), [7] * 6)
    assert draw(slice(2, 3), [7]) == together[2:3]
    assert draw(slice(2, 3), [8]) != together[2:3]


def test_a_model_whose_cache_is_no_plain_one_shares_nothing(tiny: mlx.Loaded, chats: list[Any]) -> None:
    from mlx_lm.models.cache import RotatingKVCache

    from selfimprove.models.decode import _can_share

    assert not _can_share(Engine(lambda: None, lambda: [RotatingKVCache(64)], tiny.model))
    assert not _can_share(Engine(lambda: None, list, tiny.model, shares=False))


def test_draws_follow_the_key_and_the_temperature() -> None:
    logprobs = mx.log(mx.array([[0.7, 0.2, 0.1]]))
    hot, again = keyed(1.0, 5), keyed(1.0, 5)
    drawn = [int(hot(logprobs).item()) for _ in range(300)]
    assert drawn == [int(again(logprobs).item()) for _ in range(300)]
    assert 170 < drawn.count(0) < 250
    cold = keyed(0.05, 5)
    assert {int(cold(logprobs).item()) for _ in range(50)} == {0}


@pytest.mark.parametrize(("longest", "rows"), [(1, 32), (256, 32), (512, 16), (1024, 8), (100_000, 8)])
def test_many_short_prompts_are_read_together_and_few_long_ones(longest: int, rows: int) -> None:
    assert _rows(longest) == rows
