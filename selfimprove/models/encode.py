"""Chats as tokens, with a mark on every token that the assistant said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.errors import TemplateUnusable
from selfimprove.models import literal
from selfimprove.models.roles import first_taken

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids; `supervised[i]` is true where the model must produce `tokens[i]`, never for the first token."""

    tokens: tuple[int, ...]
    supervised: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters of a rendered chat; `said` when the assistant produced them."""

    text: str
    said: bool


def encode(tokenizer: Any, messages: Messages) -> Encoded:
    """A chat as tokens; every assistant turn is supervised, its end token too.

    An earlier turn that the template writes differently once later turns follow (thinking models drop their thoughts)
    is context only.

    Raises:
        TemplateUnusable: the last answer's prompt is not a prefix of the rendered chat, or no end token closes it.
    """
    tokens: list[int] = []
    supervised: list[bool] = []
    before = ""
    for span in first_taken(messages, lambda form: list(_spans(tokenizer, form))):
        ids = literal.tokens(tokenizer, span.text, before)
        before += span.text
        length = _answer_length(tokenizer, ids) if span.said else 0
        tokens += ids
        supervised += [position < length for position in range(len(ids))]
    return Encoded(tuple(tokens), tuple(supervised))


def prompt(tokenizer: Any, messages: Messages) -> list[int]:
    """Tokens after which the assistant speaks."""
    return literal.tokens(tokenizer, first_taken(messages, lambda form: render(tokenizer, form, answer_next=True)))


def render(
    tokenizer: Any, messages: Sequence[Mapping[str, Any]], *, answer_next: bool = False, tools: Sequence[Any] = ()
) -> str:
    """The chat as the model reads it, for `literal.tokens`; thinking is off, so that training and serving are the same.

    Raises:
        TemplateUnusable: the template refuses these roles or their order.
    """
    from jinja2 import TemplateError

    more = {"tools": literal.values(tokenizer, tools)} if tools else {}
    try:
        text: str = tokenizer.apply_chat_template(
            literal.messages(tokenizer, messages),
            tokenize=False,
            add_generation_prompt=answer_next,
            enable_thinking=False,
            **more,
        )
    except TemplateError as exc:
        raise TemplateUnusable(reason=f"it refuses a chat: {exc}") from exc
    return text


def _spans(tokenizer: Any, messages: Messages) -> Iterator[_Span]:
    whole = render(tokenizer, messages)
    done = 0
    for start, end in _answers(tokenizer, messages, whole):
        yield _Span(whole[done:start], said=False)
        yield _Span(whole[start:end], said=True)
        done = end
    yield _Span(whole[done:], said=False)


def _answers(tokenizer: Any, messages: Messages, whole: str) -> Iterator[tuple[int, int]]:
    """Start and end of each answer in the rendered chat, by rendering the chat up to it."""
    turns = [position for position, message in enumerate(messages) if message["role"] == "assistant"]
    for position in turns:
        before = render(tokenizer, messages[:position], answer_next=True)
        after = render(tokenizer, messages[: position + 1])
        if whole.startswith(after) and after.startswith(before):
            yield len(before), len(after)
        elif position == turns[-1]:
            raise TemplateUnusable(reason="the prompt of an answer is not the beginning of the chat with that answer")


def _answer_length(tokenizer: Any, ids: Sequence[int]) -> int:
    """Tokens up to and with the end token; some templates add a line break after it."""
    for position, token in enumerate(ids):
        if token in tokenizer.eos_token_ids:
            return position + 1
    raise TemplateUnusable(reason="it writes no end token after an answer")
