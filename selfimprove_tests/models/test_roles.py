"""Templates that take no system prompt, or nothing but turns, get what was said in a form that they take."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from selfimprove.errors import MessagesUnusable, TemplateUnusable
from selfimprove.models import mlx
from selfimprove.models.asked import Desk
from selfimprove.models.encode import encode, prompt
from selfimprove_tests.models.test_asked import wanted

TURNS = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)  # as Gemma 2's
SYSTEM = "{% if messages[0].role == 'system' %}<|system|>{{ messages[0].content }}<|end|>"
AHEAD = SYSTEM + "{% set messages = messages[1:] %}{% endif %}" + TURNS  # as Mistral's before tools
NINE = (
    "{% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('nine') }}"
    "{% endif %}[{{ c.id }}]{% endfor %}{% if m.tool_call_id %}({{ m.tool_call_id }}){% endif %}{{ m.content }};"
    "{% endfor %}"
)  # as Mistral's with tools
THINKS = (
    "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}"
    "{% if loop.last %}<think>{% if '</think>' in m.content %}{{ m.content.split('</think>')[0].split('<think>')[1] }}"
    "{% endif %}</think>{% endif %}{{ m.content.split('</think>')[-1] }}{% else %}{{ m.content }}{% endif %}"
    "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|><think></think>{% endif %}"
)  # as Qwen 3's, with thinking off
HI, YES = {"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}
BYE = {"role": "user", "content": "bye"}
RULE, MORE = {"role": "system", "content": "Be brief."}, {"role": "system", "content": "Today is Monday."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "rain", "arguments": {"city": "Ulm"}}}
CALLS = [HI, {"role": "assistant", "content": "", "tool_calls": [CALL]},
         {"role": "tool", "tool_call_id": "call_1", "content": "dry"}]  # fmt: skip


@pytest.fixture
def by(tiny: mlx.Loaded) -> Iterator[Callable[[str], Any]]:
    """The tiny model's tokenizer with another template."""
    inner = tiny.tokenizer._tokenizer
    before = inner.chat_template

    def chosen(template: str) -> Any:
        inner.chat_template = template
        return tiny.tokenizer

    yield chosen
    inner.chat_template = before


@pytest.mark.parametrize(
    ("template", "messages", "read"),
    [
        (TURNS, [HI], "<|user|>hi<|end|>"),
        (TURNS, [RULE, HI, YES, BYE], "<|user|>Be brief.\n\nhi<|end|><|assistant|>yes<|end|><|user|>bye<|end|>"),
        (TURNS, [HI, BYE], "<|user|>hi\n\nbye<|end|>"),
        (TURNS, [YES, BYE], "<|user|><|end|><|assistant|>yes<|end|><|user|>bye<|end|>"),
        (TURNS, [RULE], "<|user|>Be brief.<|end|>"),
        (AHEAD, [RULE, HI], "<|system|>Be brief.<|end|><|user|>hi<|end|>"),
        (AHEAD, [RULE, HI, YES, MORE, BYE],
         "<|system|>Be brief.\n\nToday is Monday.<|end|><|user|>hi<|end|><|assistant|>yes<|end|><|user|>bye<|end|>"),
        (TURNS, CALLS,
         '<|user|>hi<|end|><|assistant|>{"name":"rain","arguments":{"city":"Ulm"}}<|end|><|user|>dry<|end|>'),
    ],
)  # fmt: skip
def test_what_a_template_refuses_is_told_in_a_form_that_it_takes(
    by: Callable[[str], Any], template: str, messages: list[dict[str, Any]], read: str
) -> None:
    tokenizer = by(template)
    assert tokenizer.decode(prompt(tokenizer, messages)) == f"{read}<|assistant|>"
    asked = Desk(tokenizer, 512).prepare(1, wanted(*messages))
    assert tokenizer.decode(list(asked.tokens)) == f"{read}<|assistant|>"


def test_calls_have_the_nine_characters_that_some_want_and_their_own_names_elsewhere(by: Callable[[str], Any]) -> None:
    tokenizer = by(NINE)
    text = tokenizer.decode(prompt(tokenizer, CALLS))
    assert text == f"hi;[{text[4:13]}];({text[4:13]})dry;"
    tokenizer = by(NINE.replace("!= 9", "== 9"))
    assert tokenizer.decode(prompt(tokenizer, CALLS)) == "hi;[call_1];(call_1)dry;"


def test_a_chat_with_a_system_prompt_is_learned_by_such_a_template_too(by: Callable[[str], Any]) -> None:
    tokenizer = by(TURNS)
    row = encode(tokenizer, [RULE, HI, YES, BYE, YES])
    assert tokenizer.decode([t for t, said in zip(row.tokens, row.supervised, strict=True) if said]) == "yes<|end|>" * 2
    asked = prompt(tokenizer, [RULE, HI])
    assert list(row.tokens[: len(asked)]) == asked


def test_thoughts_are_left_out_where_the_template_has_its_own(by: Callable[[str], Any]) -> None:
    tokenizer, aloud = by(THINKS), {"role": "assistant", "content": "<think>Shall I?</think> yes"}
    for chat in ([HI, aloud], [HI, aloud, BYE, aloud]):
        row = encode(tokenizer, chat)
        said = [token for token, mark in zip(row.tokens, row.supervised, strict=True) if mark]
        assert tokenizer.decode(said) == "yes<|end|>"
        assert "Shall" not in tokenizer.decode(list(row.tokens))
        asked = prompt(tokenizer, chat[:-1])
        assert tokenizer.decode(asked).endswith("<think></think>")


def test_what_is_refused_in_every_form_says_why_it_is_as_it_came(by: Callable[[str], Any]) -> None:
    tokenizer = by("{{ raise_exception('no %s of you' % messages[0].role) }}")
    with pytest.raises(TemplateUnusable, match="no system of you"):
        encode(tokenizer, [RULE, HI, YES])
    with pytest.raises(MessagesUnusable, match="no system of you"):
        Desk(tokenizer, 512).prepare(1, wanted(RULE, HI))
