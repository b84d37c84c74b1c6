"""Reads what an upstream answers while it is passed on: texts, endings and tokens for the record."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson

from selfimprove.gateway.exchange import Ending
from selfimprove.gateway.under_way import Record

ENDINGS: dict[str, Ending] = {
    "stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls",
}
ID = re.compile(r"[!-~]{20,200}")  # it is told in a header
REMEMBERED = 10_000
MOST_CHOICES = 128  # as many as OpenAI's server gives at most
LONGEST_LINE = 4 * 1024**2


class Seen:
    """Upstream's ids that were taken over: one that comes again, or counts to 999 as Ollama's do, would be lost."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()

    def is_new(self, name: str) -> bool:
        """Whether an exchange may be called so."""
        if not ID.fullmatch(name) or name in self._names:
            return False
        self._names[name] = None
        if len(self._names) > REMEMBERED:
            self._names.popitem(last=False)
        return True


class Heard:
    """Understands OpenAI's completions, whole or in server-sent events; whatever else comes is let pass."""

    def __init__(self, record: Record, seen: Seen) -> None:
        self._record, self._seen = record, seen
        self._rest = b""
        self.has_begun = False  # the id is settled
        self._choices: set[int] = set()
        self.is_done = False

    def begin(self) -> None:
        """The id is told now: the upstream's, where an event with one has come, and else ours for good."""
        self.has_begun = True

    @property
    def is_at_line(self) -> bool:
        """Whether what comes next begins a line."""
        return not self._rest

    @property
    def is_whole(self) -> bool:
        """Whether a stream came to its end: it says so, or every choice that began has finished."""
        return self.is_done or (bool(self._choices) and self._choices <= self._record.finishes.keys())

    def whole(self, body: bytes) -> bool:
        """Whether this is a completion; what it holds goes into the record."""
        value = _json(body)
        if not isinstance(value, dict) or not isinstance(value.get("choices"), list) or not value["choices"]:
            return False
        self._take(value, "message")
        return True

    def chunk(self, data: bytes) -> None:
        """Some bytes of a stream of events."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            self._rest = b""
        for line in lines:
            if line.startswith(b"data:"):
                self._event(line[5:].strip())

    def _event(self, data: bytes) -> None:
        if data == b"[DONE]":
            self.is_done = self.has_begun = True
            return
        value = _json(data)
        if isinstance(value, dict):
            self._take(value, "delta")

    def _take(self, value: Mapping[str, Any], key: str) -> None:
        name = value.get("id")
        if not self.has_begun and isinstance(name, str) and self._seen.is_new(name):
            self._record.id = name  # what the client sees
        self.has_begun = True
        choices = value.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice, key)
        used = value.get("usage")
        if isinstance(used, dict):
            self._record.prompt_tokens = _number(used.get("prompt_tokens"))
            self._record.completion_tokens = _number(used.get("completion_tokens"))

    def _choice(self, choice: Mapping[str, Any], key: str) -> None:
        index, said = _number(choice.get("index")) or 0, choice.get(key)
        if not 0 <= index < MOST_CHOICES:
            return
        self._choices.add(index)
        text = said.get("content") if isinstance(said, dict) else None
        if isinstance(text, str) and (text or key == "message"):
            self._record.hear(index, text)
        if choice.get("finish_reason"):
            self._record.finishes[index] = ENDINGS.get(str(choice["finish_reason"]), "stop")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
