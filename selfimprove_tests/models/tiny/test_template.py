"""The tiny model's chat template and its tokenizer on unusual text."""

import pytest

from selfimprove.models import mlx
from selfimprove.models.encode import encode, prompt, render

CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi."},
    {"role": "assistant", "content": "Hello."},
]


def test_the_template_marks_roles_and_ends(tiny: mlx.Loaded) -> None:
    assert render(tiny.tokenizer, CHAT) == "<|system|>Be brief.<|end|><|user|>Hi.<|end|><|assistant|>Hello.<|end|>"
    assert render(tiny.tokenizer, CHAT[:2], answer_next=True).endswith("<|user|>Hi.<|end|><|assistant|>")


@pytest.mark.parametrize("text", ["", " ", "Grüße, 你好, مرحبا, 🙂", "a\n\nb\tc", "x" * 3000, "\u200b\ufeff"])
def test_any_text_is_read_back_as_it_was(tiny: mlx.Loaded, text: str) -> None:
    encoded = encode(tiny.tokenizer, [{"role": "user", "content": text}, CHAT[2]])
    assert tiny.tokenizer.decode(list(encoded.tokens)) == f"<|user|>{text}<|end|><|assistant|>Hello.<|end|>"


@pytest.mark.parametrize("text", ["", "\x00", "Grüße, 你好", "x" * 1500])
def test_any_question_gets_an_answer(tiny: mlx.Loaded, text: str) -> None:
    [answer] = mlx.generate(tiny, [[{"role": "user", "content": text}]], max_tokens=24)
    assert answer.tokens <= 24


def test_a_tool_turn_is_read(tiny: mlx.Loaded) -> None:
    tokens = prompt(tiny.tokenizer, [*CHAT[:2], {"role": "tool", "content": "42"}])
    assert tiny.tokenizer.decode(tokens).endswith("<|tool|>42<|end|><|assistant|>")
