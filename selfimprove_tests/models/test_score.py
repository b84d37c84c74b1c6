"""One pass of scoring says what real generation would."""

import math
from itertools import pairwise

import pytest

from selfimprove.errors import NothingSupervised
from selfimprove.models import mlx
from selfimprove.models.score import score
from selfimprove.models.tiny import corpus

GOOD = [
    {"role": "user", "content": "What is the capital of France?"},
    {"role": "assistant", "content": "The capital of France is Paris."},
]
BAD = [GOOD[0], {"role": "assistant", "content": "The capital of France is Rome."}]


def test_exact_agrees_with_greedy_generation(tiny: mlx.Loaded) -> None:
    samples = corpus.held_out()[::6]
    lines = [sample.line() for sample in samples]
    wrong = [
        [*line[:-1], {"role": "assistant", "content": other[-1]["content"]}]
        for line, other in pairwise(lines)
    ]
    asked = lines + wrong
    answers = mlx.generate(tiny, [line[:-1] for line in asked], max_tokens=48)
    said = [answer.text == line[-1]["content"] for answer, line in zip(answers, asked, strict=True)]
    assert [one.exact for one in score(tiny, asked)] == said
    assert 0.3 < sum(said) / len(said) < 0.9, "both outcomes are among them"


def test_a_right_answer_is_likelier_than_a_wrong_one(tiny: mlx.Loaded) -> None:
    right, wrong = score(tiny, [GOOD, BAD])
    assert right.exact
    assert not wrong.exact
    assert right.loss < wrong.loss
    assert right.loss == pytest.approx(-sum(right.logprobs) / right.tokens)
    assert right.tokens == len(right.logprobs)


def test_batching_and_order_change_nothing(tiny: mlx.Loaded) -> None:
    lines = [sample.line() for sample in corpus.held_out()[:40]]
    together = score(tiny, lines)
    alone = [score(tiny, [line], batch_tokens=512)[0] for line in lines]
    assert [one.exact for one in together] == [one.exact for one in alone]
    assert [one.loss for one in together] == pytest.approx([one.loss for one in alone], abs=1e-4)
    backwards = score(tiny, lines[::-1])[::-1]
    assert [one.tokens for one in backwards] == [one.tokens for one in together]


def test_the_last_turn_is_scored_unless_all_are_asked_for(tiny: mlx.Loaded) -> None:
    [second], [last], [both] = score(tiny, [GOOD]), score(tiny, [BAD + GOOD]), score(tiny, [BAD + GOOD], turns="all")
    assert last.tokens == second.tokens
    assert last.exact
    assert both.tokens > last.tokens
    assert not both.exact


def test_a_chat_longer_than_the_budget_is_read_from_its_end(tiny: mlx.Loaded) -> None:
    long = [{"role": "user", "content": "Thank you. " * 2000}, *GOOD]
    [one] = score(tiny, [long], batch_tokens=256)
    assert math.isfinite(one.loss)
    assert one.tokens == score(tiny, [GOOD])[0].tokens


def test_a_chat_without_an_answer_is_refused(tiny: mlx.Loaded) -> None:
    with pytest.raises(NothingSupervised):
        score(tiny, [GOOD, GOOD[:1]])


def test_no_chats_give_no_scores(tiny: mlx.Loaded) -> None:
    assert score(tiny, []) == []
