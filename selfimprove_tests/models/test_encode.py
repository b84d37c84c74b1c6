"""Chats as tokens: which of them the assistant said, and templates that cannot be trained on."""

from itertools import pairwise
from typing import Any

import pytest

from selfimprove.errors import TemplateUnusable
from selfimprove.models import mlx
from selfimprove.models.encode import encode, prompt, render

ONE = [
    {"role": "user", "content": "What is the capital of France?"},
    {"role": "assistant", "content": "The capital of France is Paris."},
]
TWO = [*ONE, {"role": "user", "content": "Thanks!"}, {"role": "assistant", "content": "You are welcome."}]


class Characters:
    """A tokenizer whose tokens are characters and whose template is a function."""

    eos_token_ids = frozenset({ord("$")})

    def __init__(self, template: Any) -> None:
        self.template = template

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return list(map(ord, text))

    def apply_chat_template(self, messages: Any, *, tokenize: bool, add_generation_prompt: bool, **_: Any) -> str:
        assert not tokenize
        text: str = self.template(messages) + ("A:" if add_generation_prompt else "")
        return text


def _plain(messages: Any) -> str:
    return "".join(f"{'A' if m['role'] == 'assistant' else 'U'}:{m['content']}$\n" for m in messages)


def _said(tokenizer: Any, messages: Any) -> str:
    encoded = encode(tokenizer, messages)
    return "".join(chr(token) for token, mark in zip(encoded.tokens, encoded.supervised, strict=True) if mark)


def test_every_answer_and_its_end_token_is_supervised(tiny: mlx.Loaded) -> None:
    encoded = encode(tiny.tokenizer, TWO)
    said = [token for token, mark in zip(encoded.tokens, encoded.supervised, strict=True) if mark]
    assert tiny.tokenizer.decode(said) == "The capital of France is Paris.<|end|>You are welcome.<|end|>"
    assert not encoded.supervised[0]


def test_the_prompt_is_how_the_encoded_chat_begins(tiny: mlx.Loaded) -> None:
    encoded, asked = encode(tiny.tokenizer, ONE), prompt(tiny.tokenizer, ONE[:1])
    assert list(encoded.tokens[: len(asked)]) == asked
    assert not any(encoded.supervised[: len(asked)])
    assert all(encoded.supervised[len(asked) :])


def test_tokens_are_those_of_the_rendered_chat(tiny: mlx.Loaded) -> None:
    whole = tiny.tokenizer.encode(render(tiny.tokenizer, TWO), add_special_tokens=False)
    assert list(encode(tiny.tokenizer, TWO).tokens) == whole


def test_a_chat_that_ends_with_the_user_supervises_earlier_answers_only(tiny: mlx.Loaded) -> None:
    encoded = encode(tiny.tokenizer, TWO[:3])
    changes = sum(left != right for left, right in pairwise(encoded.supervised))
    assert changes == 2
    assert not encoded.supervised[-1]


def test_no_answer_supervises_nothing(tiny: mlx.Loaded) -> None:
    assert not any(encode(tiny.tokenizer, ONE[:1]).supervised)


def test_what_follows_the_end_token_is_not_supervised() -> None:
    assert _said(Characters(_plain), TWO) == "The capital of France is Paris.$You are welcome.$"


def test_an_earlier_answer_that_the_template_rewrites_is_context_only() -> None:
    def thinking(messages: Any) -> str:
        last = len(messages) - 1
        return "".join(
            f"A:{'<think>' if place == last else ''}{m['content']}$"
            if m["role"] == "assistant"
            else f"U:{m['content']}$"
            for place, m in enumerate(messages)
        )

    assert _said(Characters(thinking), TWO) == "<think>You are welcome.$"


def test_a_prompt_that_is_no_prefix_is_refused() -> None:
    with pytest.raises(TemplateUnusable, match="not the beginning"):
        encode(Characters(lambda messages: f"{len(messages)}" + _plain(messages)), ONE)


def test_a_template_that_refuses_a_chat_says_why(tiny: mlx.Loaded) -> None:
    class Strict:
        def apply_chat_template(self, messages: Any, **options: Any) -> Any:
            template = "{{ raise_exception('System role not supported') }}"
            return tiny.tokenizer._tokenizer.apply_chat_template(messages, chat_template=template, **options)

    with pytest.raises(TemplateUnusable, match="it refuses a chat: System role not supported"):
        encode(Strict(), ONE)


def test_a_template_without_end_tokens_is_refused() -> None:
    with pytest.raises(TemplateUnusable, match="no end token"):
        encode(Characters(lambda messages: _plain(messages).replace("$", "")), ONE)
