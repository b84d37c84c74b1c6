"""Older and looser forms of a chat request: which are taken, as what, and which are refused by what replaced them."""

from collections.abc import Iterable, Mapping
from typing import Any

from selfimprove.gateway.refusal import Refusal

FUNCTIONS = "`functions` and `function_call` are not offered any more: send `tools` and `tool_choice`."


def turns(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, of which an assistant's may have no content, or a refusal: that is what the model said."""
    return [_answer(one) if one["role"] == "assistant" else one for one in messages]


def insist_on_tools(body: Mapping[str, Any]) -> None:
    """Take no functions, which tools have replaced: an answer without them would look as if they were known.

    Raises:
        Refusal: 400, there are some.
    """
    for name, nothing in (("functions", (None, [])), ("function_call", (None, "none", "auto"))):
        if body.get(name) not in nothing:
            raise Refusal(400, FUNCTIONS, param=name, code="unsupported_parameter")


def _answer(turn: dict[str, Any]) -> dict[str, Any]:
    content = turn.get("content")
    if isinstance(content, list):
        return {**turn, "content": [_part(part) for part in content]}
    if content is None and not turn.get("tool_calls") and not turn.get("function_call"):
        return {**turn, "content": _text(turn.get("refusal"))}
    return turn


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": _text(part.get("refusal"))} if part["type"] == "refusal" else part


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
