"""Find personal data and secrets in text, and replace each by its type and a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from selfimprove.privacy.beside import Span as Span
from selfimprove.privacy.beside import beside
from selfimprove.privacy.fold import BARRIER, PLACEHOLDER, Folded, fold
from selfimprove.privacy.gate import Admit
from selfimprove.privacy.known import Known, is_recognisable
from selfimprove.privacy.search import Hit, merged, search
from selfimprove.privacy.turns import WORD, given, may_answer

RULE_VERSION = "8"
_ROUNDS = 8
_MOST = 999_999  # a pseudonym with a longer number is none to PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Redacted:
    """The texts with their spans replaced, in the order given, and how many spans of each type were replaced.

    `originals` has, by pseudonym, what it stands for, spelt so that two spellings of one value are equal.
    """

    texts: tuple[str, ...]
    spans: dict[str, int]
    originals: dict[str, str] = field(default_factory=dict, repr=False, compare=False)


def find(text: str, *, admit: Admit | None = None) -> list[Span]:
    """Spans of personal data and secrets, ascending, without overlap; `admit` is another gate than the quickest.

    What is found is taken out and the rest read again until nothing is left, so redacted text has no spans.
    """
    return _rest(text, [], admit)


def redact(texts: Sequence[str], found: Sequence[Sequence[Span]] | None = None) -> Redacted:
    """One chat's texts redacted together: the same value gets the same pseudonym, such as [EMAIL_1].

    `found` are spans that another finder found in each text; they give way where the rules find something.
    """
    return replace(texts, locate(texts, found))


def locate(texts: Sequence[str], found: Sequence[Sequence[Span]] | None = None) -> list[list[Span]]:
    """The spans of each of one chat's texts: what it holds, and what it answers to the text before it.

    A value that a rule finds in one place is found in every other too, but for a plain word that answers a question.
    """
    spans = _answered(texts, [find(text) for text in texts])
    if found is not None:
        more = zip(texts, spans, found, strict=True)
        spans = _answered(texts, [_rest(text, beside(text, own, others)) for text, own, others in more])
    known: dict[str, Hit] = {}
    while new := _values(texts, spans).items() - known.items():
        known.update(new)
        held = Known(known)
        spans = _answered(texts, [_spread(text, found, held) for text, found in zip(texts, spans, strict=True)])
    return spans


def replace(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Redacted:
    """The texts with their spans replaced by pseudonyms."""
    names = _Names(texts)
    redacted = tuple(_replaced(text, found, names) for text, found in zip(texts, spans, strict=True))
    counts = Counter(span.type for found in spans for span in found)
    return Redacted(redacted, dict(counts), {name: value for (_, value), name in names.given.items()})


def _rest(text: str, spans: list[Span], admit: Admit | None = None) -> list[Span]:
    """The spans with all that the rules find beside them."""
    for _ in range(_ROUNDS):
        folded = _folded(text, spans)
        hits = search(folded.text, admit)
        if not hits:
            break
        spans = _joined(spans, folded, hits)
    return spans


def _answered(texts: Sequence[str], spans: Sequence[list[Span]]) -> list[list[Span]]:
    """The spans with what a text asks for and the next one gives."""
    result = [*spans]
    for at in range(1, len(texts)):
        if may_answer(texts[at]):
            result[at] = _given(texts[at - 1], result[at - 1], texts[at], result[at])
    return result


def _given(question: str, known: Sequence[Span], answer: str, spans: list[Span]) -> list[Span]:
    asked = _folded(question, known).text
    for _ in range(_ROUNDS):
        folded = _folded(answer, spans)
        hits = given(asked, folded.text)
        if not hits:
            break
        spans = _rest(answer, _joined(spans, folded, hits))
    return spans


def _folded(text: str, spans: Iterable[Span]) -> Folded:
    return fold(text, [(span.start, span.end) for span in spans])


def _spread(text: str, spans: list[Span], known: Known) -> list[Span]:
    """The spans with other places where known values stand."""
    folded = _folded(text, spans)
    hits = merged(known.occurrences(folded.text))
    return _rest(text, _joined(spans, folded, hits)) if hits else spans


def _joined(spans: Iterable[Span], folded: Folded, hits: Iterable[Hit]) -> list[Span]:
    found = [Span(*folded.original(hit.start, hit.end), hit.type, hit.rule) for hit in hits]
    return sorted([*spans, *found], key=lambda span: span.start)


def _values(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> dict[str, Hit]:
    """What was found, as folded text, if it can be recognised on its own."""
    pairs = [(text, span) for text, found in zip(texts, spans, strict=True) for span in found if span.rule != WORD]
    values = {fold(text[span.start : span.end]).text: Hit(0, 0, span.type, span.rule) for text, span in pairs}
    return {value: hit for value, hit in values.items() if is_recognisable(value)}


def _replaced(text: str, spans: Sequence[Span], names: _Names) -> str:
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += (text[at : span.start], names.of(span.type, text[span.start : span.end]))
        at = span.end
    return "".join([*parts, text[at:]]).replace(BARRIER, "\ufffd")


class _Names:
    """Pseudonyms given out in one chat, numbered from above any the texts already hold, as far as there are numbers."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.given: dict[tuple[str, str], str] = {}
        self.last: Counter[str] = Counter()
        self.held = {match[0] for text in texts for match in PLACEHOLDER.finditer(text)}
        for match in (match for name in self.held for match in PLACEHOLDER.finditer(name)):
            self.last[match[1]] = max(self.last[match[1]], int(match[2]))

    def of(self, type_: str, value: str) -> str:
        """The value's pseudonym, a new one the first time."""
        key = (type_, identity(type_, value))
        if key not in self.given:
            self.given[key] = self._next(type_)
        return self.given[key]

    def _next(self, type_: str) -> str:
        """One that the texts do not hold; where they hold the last there can be, the lowest that is free."""
        while True:
            self.last[type_] = self.last[type_] % _MOST + 1
            if (name := f"[{type_}_{self.last[type_]}]") not in self.held:
                return name


def identity(type_: str, value: str) -> str:
    """What makes two spellings the same value."""
    folded = fold(value).text
    if type_ in ("PASSWORD", "SECRET", "LINK"):
        return folded
    folded = folded.lower()
    if type_ in ("NAME", "PLACE", "ADDRESS"):
        return re.sub(r"[\W_]", "", folded)
    if type_ == "EMAIL":
        folded = re.sub(r"\W{1,2}(?:at|arroba|arobase)\W{1,2}", "@", folded)
        folded = re.sub(r"\W{1,2}(?:dot|punkt|punto|ponto|point)\W{1,2}", ".", folded)
        return re.sub(r"[^\w@.+-]", "", folded)
    return re.sub(r"[^0-9a-z]", "", folded)
