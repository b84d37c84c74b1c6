"""What was asked of a model, made ready before its turn: prompt tokens, how to draw, what to hold back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from selfimprove.errors import MessagesUnusable, PromptTooLong, SelfImproveError, TemplateUnusable
from selfimprove.models import literal
from selfimprove.models.encode import render
from selfimprove.models.held import Calls, Stops
from selfimprove.models.penalties import Penalties
from selfimprove.models.roles import first_taken
from selfimprove.models.schema import Follow, Schemas

PROGRAM = (  # what a template may raise: it is a program, and tools nested in tools may be too deep for it
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError,
)  # fmt: skip
REACH = 8  # characters for a token that are read at first; twice as many as English has
CUT = 64  # more tokens at most where a text is cut within a word or a run of blanks


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that only waits for a place in the batch; `top` is None when no log-probabilities are wanted."""

    key: int
    id: str
    slot: str
    tokens: tuple[int, ...]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int
    top: int | None
    stops: Stops
    calls: Calls | None
    schema: Follow | None = None
    penalties: Penalties | None = None
    goes_on: bool = True  # the caches of what was read are kept for the next turn

    @property
    def processors(self) -> list[Penalties | Follow]:
        """What changes its logits, in order: nothing brings back what a schema forbids."""
        return [one for one in (self.penalties, self.schema) if one is not None]


class Desk:
    """Where requests are made ready, beside the loop that answers, so that a long one does not stop others' tokens."""

    def __init__(self, tokenizer: Any, context: int) -> None:
        self._tokenizer, self._context = tokenizer, context
        self._schemas = Schemas(tokenizer)

    def prepare(self, key: int, ask: Mapping[str, Any]) -> Asked:
        """A request as the gateway's `Ask` has it, but for its schema, which may take long: `hold` adds that.

        Raises:
            PromptTooLong: no token of an answer would fit.
            MessagesUnusable: the messages cannot be rendered.
        """
        tokens = self._tokens(ask)
        room = self._context - len(tokens)
        if room < 1:
            raise PromptTooLong(tokens=len(tokens), limit=self._context)
        return Asked(
            key=key,
            id=ask["id"],
            slot=ask["slot"],
            tokens=tokens,
            max_tokens=max(1, min(ask["max_tokens"], room)),
            temperature=ask["temperature"],
            top_p=ask["top_p"],
            seed=secrets.randbits(63) if ask["seed"] is None else ask["seed"],
            top=ask["top_logprobs"],
            stops=Stops(ask["stop"]),
            calls=self._calls(ask["tools"]),
            penalties=_penalties(ask),
            goes_on=ask.get("goes_on", True),
        )

    def hold(self, asked: Asked, schema: dict[str, Any], *, may_call: bool = True) -> Asked:
        """The same request, held to a schema unless it calls a tool; may run beside `prepare`, in one thread.

        Raises:
            SchemaUnusable: the schema cannot be followed, or takes too much.
        """
        marks = self._tokenizer.tool_call_start_tokens if asked.calls and may_call else None
        return replace(asked, schema=self._schemas.follow(schema, marks[0] if marks and len(marks) == 1 else None))

    def close(self) -> None:
        """End the process that tries schemas; the next schema starts another."""
        self._schemas.close()

    def _tokens(self, ask: Mapping[str, Any]) -> tuple[int, ...]:
        try:
            messages = [_plain(message) for message in ask["messages"]]
            text = first_taken(
                messages, lambda form: render(self._tokenizer, form, answer_next=True, tools=ask["tools"])
            )
        except TemplateUnusable as exc:
            raise MessagesUnusable(reason=exc.details["reason"]) from exc
        except SelfImproveError:
            raise
        except PROGRAM as exc:
            raise MessagesUnusable(reason=f"the template cannot be filled with them ({type(exc).__name__})") from exc
        tokens = self._encoded(text)
        if not tokens:
            raise MessagesUnusable(reason="the template writes nothing for them")
        return tuple(tokens)

    def _encoded(self, text: str) -> list[int]:
        """The tokens of a text; of one that is far too long only so much is read as tells that.

        All requests are made ready one after another, and 16 MB take half a minute to read.
        """
        reach = REACH * self._context
        while True:
            tokens = literal.tokens(self._tokenizer, text[:reach])
            if reach >= len(text):
                return tokens
            if len(tokens) > self._context + CUT:
                raise PromptTooLong(tokens=f"more than {self._context}", limit=self._context)
            reach *= 2

    def _calls(self, tools: list[Any]) -> Calls | None:
        """Known forms of tool calls only, as mlx-lm knows them by a model's template."""
        known = self._tokenizer
        if not tools or not known.has_tool_calling:
            return None
        return Calls(known.tool_call_start, known.tool_call_end or "", lambda body: known.tool_parser(body, tools))


def _penalties(ask: Mapping[str, Any]) -> Penalties | None:
    bias = {int(token): by for token, by in ask["logit_bias"].items()}
    wanted = ask["frequency_penalty"], ask["presence_penalty"], bias
    return Penalties(*wanted) if any(wanted) else None


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as templates want it: content in one text, arguments of tool calls as objects."""
    plain = {**message, "content": _text(message.get("content"))}
    if message.get("tool_calls"):
        plain["tool_calls"] = [_call(one) for one in message["tool_calls"]]
    return plain


def _text(content: Any) -> str:
    if not isinstance(content, list):
        return content or ""
    if any(part.get("type") != "text" for part in content):
        raise MessagesUnusable(reason="the model reads text alone, and a message has a part of another kind")
    return "".join(part["text"] for part in content)


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = dict(call["function"])
    if isinstance(function.get("arguments"), str):
        function["arguments"] = orjson.loads(function["arguments"] or "{}")
    return {**call, "function": function}
