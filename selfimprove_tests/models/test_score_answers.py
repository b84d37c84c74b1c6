"""Answers that are scored in one pass over their chat are scored as each alone."""

from collections.abc import Sequence

import pytest

from selfimprove.models import mlx
from selfimprove.models import score_answers as module
from selfimprove.models.encode import Encoded
from selfimprove.models.score import Score, score, score_rows
from selfimprove.models.score_answers import score_answers
from selfimprove.models.tiny import corpus

LINES = [sample.line() for sample in corpus.held_out()[:12]]
CHAT = [message for line in LINES[:6] for message in line if message["role"] != "system"]
ENDS = list(range(1, len(CHAT), 2))


def alone(loaded: mlx.Loaded, chat: list[dict[str, str]], ends: list[int]) -> list[tuple[float, ...]]:
    return [score(loaded, [chat[: end + 1]])[0].logprobs for end in ends]


def same(some: list[tuple[float, ...]], others: list[tuple[float, ...]]) -> bool:
    pairs = list(zip(some, others, strict=True))
    return all(one == pytest.approx(other, abs=1e-3) for one, other in pairs)


@pytest.mark.parametrize("ends", [ENDS, ENDS[-1:], ENDS[1::2], []])
def test_each_is_what_it_is_alone(tiny: mlx.Loaded, ends: list[int]) -> None:
    [found] = score_answers(tiny, [CHAT], [ends])
    assert same(found, alone(tiny, CHAT, ends))


def test_chats_do_not_mix(tiny: mlx.Loaded) -> None:
    chats = [CHAT, CHAT[2:6], CHAT[:2]]
    asked = [ENDS, [1, 3], [1]]
    found = score_answers(tiny, chats, asked)
    for own, chat, ends in zip(found, chats, asked, strict=True):
        assert same(own, alone(tiny, chat, ends))


def test_a_long_chat_is_read_in_windows_and_every_token_scored_once(tiny: mlx.Loaded) -> None:
    [whole] = score_answers(tiny, [CHAT], [ENDS])
    [found] = score_answers(tiny, [CHAT], [ENDS], batch_tokens=64)
    assert list(map(len, found)) == list(map(len, whole))
    assert found[0] == pytest.approx(whole[0], abs=1e-3)  # all that was said before it is in its window


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens each row has that is read."""
    lengths: list[int] = []

    def counted(loaded: mlx.Loaded, rows: Sequence[Encoded], most: int) -> list[Score]:
        lengths.extend(len(row.tokens) for row in rows)
        return score_rows(loaded, rows, most)

    monkeypatch.setattr(module, "score_rows", counted)
    return lengths


def test_a_chat_is_read_once(tiny: mlx.Loaded, read: list[int]) -> None:
    score_answers(tiny, [CHAT], [ENDS])
    assert len(read) == 1


@pytest.fixture
def thinking(tiny: mlx.Loaded, monkeypatch: pytest.MonkeyPatch) -> mlx.Loaded:
    """A template that writes the last answer otherwise than those before it."""
    said = "<|assistant|>{% if loop.last %}={% endif %}{{ message['content'] }}"
    others = "<|{{ message['role'] }}|>{{ message['content'] }}"
    turn = f"{{% if message['role'] == 'assistant' %}}{said}{{% else %}}{others}{{% endif %}}<|end|>"
    ahead = "{% if add_generation_prompt %}<|assistant|>={% endif %}"
    template = f"{{% for message in messages %}}{turn}{{% endfor %}}{ahead}"
    monkeypatch.setattr(tiny.tokenizer._tokenizer, "chat_template", template)
    return tiny


def test_where_a_template_writes_earlier_answers_otherwise_each_is_read_alone(
    thinking: mlx.Loaded, read: list[int]
) -> None:
    [found] = score_answers(thinking, [CHAT], [ENDS])
    assert len(read) == len(ENDS)
    assert same(found, alone(thinking, CHAT, ENDS))


def test_and_no_more_of_a_long_chat_than_a_quarter(thinking: mlx.Loaded, read: list[int]) -> None:
    [whole] = score_answers(thinking, [CHAT], [ENDS])
    read.clear()
    [found] = score_answers(thinking, [CHAT], [ENDS], batch_tokens=64)
    assert list(map(len, found)) == list(map(len, whole))
    assert max(map(int.__sub__, read, map(len, found))) <= 16 + 1  # and a template's last mark
