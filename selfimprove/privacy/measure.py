"""How well spans are found in labelled text: recall counts a span only when all of it is masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from selfimprove.privacy.redact import Span

# What data sets call the types; a type of theirs that is not here keeps its name, in capitals.
OURS = {
    "CREDIT_CARD": "CARD",
    "CREDIT_CARD_NUMBER": "CARD",
    "IBAN_CODE": "IBAN",
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "IP_ADDRESS": "IP",
    "IPV4": "IP",
    "IPV6": "IP",
    "SSN": "NATIONAL_ID",
    "US_SSN": "NATIONAL_ID",
    "US_DRIVER_LICENSE": "NATIONAL_ID",
    "DRIVER_LICENSE": "NATIONAL_ID",
    "PASSPORT": "NATIONAL_ID",
    "NATIONAL_ID": "NATIONAL_ID",
    "API_KEY": "SECRET",
    "TOKEN": "SECRET",
    "PRIVATE_KEY": "SECRET",
    "JWT": "SECRET",
    "MAC_ADDRESS": "DEVICE",
    "CRYPTO": "WALLET",
}
HARD_IDS = frozenset({"EMAIL", "PHONE", "CARD", "IBAN", "NATIONAL_ID", "IP", "SECRET", "PASSWORD"})
FULLY = 0.99  # of a span's letters and digits


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what is personal in it: (start, end, type), in code points."""

    id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Tally:
    """Counts for one type: labelled spans, those fully masked, predicted spans, those that touch a labelled one."""

    labelled: int = 0
    masked: int = 0
    predicted: int = 0
    right: int = 0
    over: int = 0  # characters masked outside every label

    @property
    def recall(self) -> float | None:
        """Share of labelled spans that are fully masked; None without any."""
        return self.masked / self.labelled if self.labelled else None

    @property
    def precision(self) -> float | None:
        """Share of predicted spans that touch a labelled one, of whatever type; None without any."""
        return self.right / self.predicted if self.predicted else None

    @property
    def f2(self) -> float | None:
        """The F measure that weighs recall twice; None where precision or recall is."""
        if self.recall is None or self.precision is None:
            return None
        return (
            5 * self.precision * self.recall / (4 * self.precision + self.recall)
            if self.precision + self.recall
            else 0.0
        )

    def add(self, other: Tally) -> None:
        """Count the other's counts too."""
        self.labelled += other.labelled
        self.masked += other.masked
        self.predicted += other.predicted
        self.right += other.right
        self.over += other.over


@dataclass(slots=True)
class Measured:
    """What was found in a data set, by type, and what was masked without reason."""

    types: dict[str, Tally] = field(default_factory=dict)
    texts: int = 0
    touched: int = 0  # texts without a label in which something was masked
    clean: int = 0  # texts without a label
    characters: int = 0
    innocent: int = 0  # characters outside labels
    over_masked: int = 0  # of those, masked
    seconds: float = 0.0

    def tally(self, type_: str) -> Tally:
        """The counts of a type, made when it is new."""
        return self.types.setdefault(type_, Tally())

    def total(self, types: Iterable[str]) -> Tally:
        """The counts of several types together."""
        sum_ = Tally()
        for type_ in types:
            sum_.add(self.types.get(type_, Tally()))
        return sum_


def measure(
    examples: Iterable[Labelled], find: Callable[[str], Sequence[Span]], clock: Callable[[], float]
) -> Measured:
    """Run a finder over labelled texts; `clock` gives seconds, of which only those inside the finder count."""
    measured = Measured()
    for example in examples:
        before = clock()
        found = find(example.text)
        measured.seconds += clock() - before
        _count(measured, example, found)
    return measured


def _count(measured: Measured, example: Labelled, found: Sequence[Span]) -> None:
    masked = _covered(len(example.text), ((span.start, span.end) for span in found))
    labelled = _covered(len(example.text), ((start, end) for start, end, _ in example.spans))
    for start, end, type_ in example.spans:
        tally = measured.tally(OURS.get(type_.upper(), type_.upper()))
        tally.labelled += 1
        tally.masked += _is_masked(example.text, masked, start, end)
    for span in found:
        tally = measured.tally(span.type)
        tally.predicted += 1
        tally.right += 1 in labelled[span.start : span.end]
        tally.over += labelled.count(0, span.start, span.end)
    measured.texts += 1
    measured.clean += not example.spans
    measured.touched += bool(found) and not example.spans
    measured.characters += len(example.text)
    measured.innocent += labelled.count(0)
    measured.over_masked += sum(1 for mask, label in zip(masked, labelled, strict=True) if mask and not label)


def _covered(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    """One byte a code point: 1 inside a span."""
    covered = bytearray(length)
    for start, end in spans:
        covered[start:end] = b"\x01" * (end - start)
    return covered


def _is_masked(text: str, masked: bytearray, start: int, end: int) -> bool:
    counted = [at for at in range(start, end) if text[at].isalnum()]
    return bool(counted) and sum(masked[at] for at in counted) >= FULLY * len(counted)
