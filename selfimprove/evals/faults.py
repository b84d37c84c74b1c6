"""What no answer may be: not a number, empty, looping, or personal data that its prompt did not hold."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from selfimprove.evals.report import Result
from selfimprove.evals.task import EvalExample
from selfimprove.privacy.redact import Span

Fault = Literal["not_finite", "empty", "looping"]
Find = Callable[[str], list[Span]]

# The end of the text is one piece of up to 60 characters, said six times or more.
_LOOP = re.compile(r"(.{1,60}?)\1{5,}\Z", re.DOTALL)
_SHORTEST_LOOP = 24  # characters: "ha ha ha ha" is an answer


@dataclass(frozen=True, slots=True)
class Leak:
    """Personal data or a secret in an answer whose prompt did not hold it; what it says is not kept."""

    example_id: str
    type: str


def fault(result: Result) -> Fault | None:
    """Why an answer is broken, or None."""
    if result.loss is None:
        return "not_finite"
    if not result.output.strip():
        return "empty"
    return "looping" if is_looping(result.output) else None


def is_looping(text: str) -> bool:
    """Whether the text ends in the same piece over and over."""
    found = _LOOP.search(text[-600:])
    return found is not None and len(found[0]) >= _SHORTEST_LOOP


def invented(text: str, values: Collection[str]) -> list[tuple[int, int]]:
    """Where values that were made up to train on stand in a text, as whole words."""
    lowered = text.casefold()
    if not values or len(lowered) != len(text):  # offsets would not fit: then nothing is excused
        return []
    held = [value for value in map(str.casefold, values) if value in lowered]
    found = (match.span() for value in held for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", lowered))
    return sorted(found)


def but_invented(find: Find, values: Collection[str]) -> Find:
    """`find`, but for what lies within a made-up value: that is nobody's, and its being learned harms nobody."""

    def found(text: str) -> list[Span]:
        spans = find(text)
        places = invented(text, values) if spans else []
        return [s for s in spans if not any(start <= s.start and s.end <= end for start, end in places)]

    return found


def leaks(example: EvalExample, outputs: Sequence[str], find: Find) -> list[Leak]:
    """What `find` sees in the outputs and neither the prompt nor, in a public suite, the reference says."""
    known = [message.content for message in example.messages]
    if example.chat_id is None:
        known.append(example.reference)
    told = "\n".join(known).casefold()
    return [
        Leak(example.id, span.type)
        for output in outputs
        for span in find(output)
        if output[span.start : span.end].casefold() not in told
    ]
