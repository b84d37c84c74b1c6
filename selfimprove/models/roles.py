"""Chats in the roles and the order that a model's template takes: many take no system prompt, or nothing but turns."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from selfimprove.errors import TemplateUnusable
from selfimprove.models.thoughts import OPENS, THOUGHT

Turn = Mapping[str, Any]
T = TypeVar("T")
NAMED = 9  # characters of a call's id: Mistral's templates take no others


def first_taken(messages: Sequence[Turn], take: Callable[[Sequence[Turn]], T]) -> T:
    """What comes of a chat as it is, or else in the first of its other forms that can be taken.

    Raises:
        TemplateUnusable: none can; why the chat as it is cannot.
    """
    refused: TemplateUnusable | None = None
    for form in forms(messages):
        try:
            return take(form)
        except TemplateUnusable as exc:
            refused = refused or exc
    assert refused is not None
    raise refused


def forms(messages: Sequence[Turn]) -> Iterator[Sequence[Turn]]:
    """A chat as it is; without thoughts, which some templates write for themselves, and calls named in nine characters;
    with one system prompt, and what stands in a row together; then with that prompt in the first question, and with
    calls and what they brought as words.
    """
    yield messages
    renamed = [_unthought(_renamed(turn)) for turn in messages]
    system = "\n\n".join(str(turn["content"]) for turn in renamed if turn["role"] == "system")
    ahead = [{"role": "system", "content": system}] if system else []
    others = [turn for turn in renamed if turn["role"] != "system"]
    folded = _joined(map(_in_words, others))
    if not folded or folded[0]["role"] == "assistant":
        folded = [{"role": "user", "content": ""}, *folded]
    first = {**folded[0], "content": "\n\n".join(filter(None, (system, folded[0]["content"])))}
    before = messages
    for form in (renamed, [*ahead, *_joined(others)], [first, *folded[1:]]):
        if form != before:
            yield form
        before = form


def _joined(turns: Any) -> list[dict[str, Any]]:
    """One turn for those in a row of one role, but for calls and their results."""
    found: list[dict[str, Any]] = []
    for turn in turns:
        plain = turn.keys() <= {"role", "content", "name"} and turn["role"] != "tool"
        if found and plain and found[-1]["role"] == turn["role"] and "tool_calls" not in found[-1]:
            found[-1] = {**found[-1], "content": f"{found[-1]['content']}\n\n{turn['content']}"}
        else:
            found.append(dict(turn))
    return found


def _in_words(turn: Turn) -> dict[str, Any]:
    role = "assistant" if turn["role"] == "assistant" else "user"
    calls = [call.get("function") for call in turn.get("tool_calls") or ()]
    said = [turn["content"], *(orjson.dumps(call).decode() for call in calls)]
    return {"role": role, "content": "\n".join(filter(None, said))}


def _unthought(turn: dict[str, Any]) -> dict[str, Any]:
    if turn["role"] != "assistant" or OPENS not in turn["content"]:
        return turn
    return {**turn, "content": THOUGHT.sub("", turn["content"]).strip()}


def _renamed(turn: Turn) -> dict[str, Any]:
    renamed = dict(turn)
    if turn.get("tool_call_id"):
        renamed["tool_call_id"] = _name(turn["tool_call_id"])
    if turn.get("tool_calls"):
        renamed["tool_calls"] = [{**call, "id": _name(call.get("id"))} for call in turn["tool_calls"]]
    return renamed


def _name(id: object) -> str:
    return hashlib.sha256(str(id).encode()).hexdigest()[:NAMED]
