"""The tagger of names as a second reader: redacted text is another text, in which what was missed may stand out."""

from collections.abc import Callable, Sequence

from selfimprove.datasets.second_opinion import Reader
from selfimprove.errors import SecondOpinionMissing
from selfimprove.privacy.fold import PLACEHOLDER
from selfimprove.privacy.redact import Span

Find = Callable[[Sequence[str]], Sequence[Sequence[Span]]]
COUNTED = ("NAME", "ADDRESS")  # a place alone is nobody's, and half of what people ask about
PLANTED = "My name is Sherlock Holmes, and I live at 221B Baker Street in London."


def reader(find: Find, version: str) -> Reader:
    """The tagger, asked by `find` at the threshold of a second look; `version` is of its weights and that threshold.

    A text with a name is put among the others each time: a reader that misses it is out of order. The base model's own
    answers are not read: they are nobody's, and 13 in 100 of the built-in model's would go, most of which greet people.
    """
    name = f"names {version}"

    def read(texts: Sequence[str]) -> list[list[str]]:
        asked = [*texts, PLANTED]
        said = find(asked)
        if len(said) != len(asked) or not said[-1]:
            raise SecondOpinionMissing(reader=name, reason="it no longer finds a name that was put there for it")
        return [left(text, spans) for text, spans in zip(texts, said, strict=False)]

    return Reader("left_over_name", name, read, of_everything=False)


def left(text: str, spans: Sequence[Span]) -> list[str]:
    """The types of what was found and counts, but for pseudonyms."""
    found = (span for span in spans if span.type in COUNTED)
    return sorted({span.type for span in found if _has_letters(PLACEHOLDER.sub("", _whole(text, span)))})


def _whole(text: str, span: Span) -> str:
    """What was found, grown to whole pseudonyms where it begins or ends within one."""
    start, end = span.start, span.end
    for match in PLACEHOLDER.finditer(text):
        if match.start() < end and start < match.end():
            start, end = min(start, match.start()), max(end, match.end())
    return text[start:end]


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)
