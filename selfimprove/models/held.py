"""Text on its way out of a model: what could be the beginning of a stop string or of a tool call waits."""

import json
from collections.abc import Callable, Sequence
from typing import Any

COMPACT: dict[str, Any] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}
NO_CALL = (  # what parsers raise at a text that is none, at "inf" for a whole number, at a thousand open brackets
    ValueError, LookupError, TypeError, AttributeError, SyntaxError, ArithmeticError, RecursionError, MemoryError,
)  # fmt: skip


def waits(text: str, marks: Sequence[str]) -> int:
    """How many of the last characters could be the beginning of one of these marks."""
    longest = max((len(mark) for mark in marks), default=0)
    for size in range(min(longest - 1, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in marks):
            return size
    return 0


class Stops:
    """Ends a text before the first of its stop strings; nothing of one is ever let out."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = [mark for mark in marks if mark]
        self._held = ""
        self.met = False

    def feed(self, text: str) -> str:
        """What may go out now."""
        text = self._held + text
        found = [at for mark in self._marks if (at := text.find(mark)) >= 0]
        if found:
            self.met, self._held = True, ""
            return text[: min(found)]
        size = waits(text, self._marks)
        self._held = text[len(text) - size :]
        return text[: len(text) - size]

    def rest(self) -> str:
        """What waited and was no stop string after all, when the model says no more."""
        text, self._held = self._held, ""
        return text


class Calls:
    """Takes tool calls out of a text by the marks of a model's template; what cannot be parsed stays text.

    `found` has the name of each and its arguments, as JSON that can be sent.
    """

    def __init__(self, start: str, end: str, parse: Callable[[str], Any]) -> None:
        self._start, self._end, self._parse = start, end, parse
        self._held = ""
        self._is_inside = False
        self.found: list[dict[str, str]] = []

    def feed(self, text: str) -> str:
        """What may go out now as text."""
        self._held += text
        said = ""
        while True:
            mark = self._end if self._is_inside else self._start
            before, met, after = self._held.partition(mark) if mark else ("", "", "")
            if not met:
                return said + self._let_out()
            said += self._close(before) if self._is_inside else before
            self._held, self._is_inside = after, not self._is_inside

    def rest(self) -> str:
        """What waited, when the model says no more; some templates end a call with the answer."""
        text, self._held = self._held, ""
        return self._close(text) if self._is_inside else text

    def _let_out(self) -> str:
        if self._is_inside:
            return ""
        size = waits(self._held, [self._start])
        said, self._held = self._held[: len(self._held) - size], self._held[len(self._held) - size :]
        return said

    def _close(self, body: str) -> str:
        """Keep a call's name and arguments; a text again when it is none."""
        try:
            parsed = self._parse(body)
            calls = parsed if isinstance(parsed, list) else [parsed]
            self.found += list(map(_told, calls))
        except NO_CALL:
            return self._start + body + self._end
        return ""


def _told(call: Any) -> dict[str, str]:
    """A call by its name and arguments, whose numbers may be longer than those of a computer.

    Raises:
        ValueError, TypeError, RecursionError: there is no JSON for them, as for sets, or half a character.
    """
    given, name = call["arguments"], str(call["name"])
    told = given if isinstance(given, str) else json.dumps(given, **COMPACT)
    (name + told).encode()
    return {"name": name, "arguments": told}
