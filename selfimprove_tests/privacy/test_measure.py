"""Recall counts whole spans, precision counts touches, over-masking counts characters."""

import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from selfimprove.privacy.labelled import examples
from selfimprove.privacy.measure import HARD_IDS, Labelled, Measured, Tally, measure
from selfimprove.privacy.redact import Span, find


def clock() -> Iterator[float]:
    yield from (float(second) for second in range(1000))


def scripted(*spans: tuple[int, int, str]) -> Measured:
    """A finder that always answers with these spans, on one text with one label of ten characters."""
    ticks = clock()
    text = Labelled("1", "call 555-123-45 now", ((5, 15, "PHONE_NUMBER"),))
    return measure([text], lambda _: [Span(start, end, type_, "r") for start, end, type_ in spans], lambda: next(ticks))


def test_a_span_counts_when_all_of_it_is_masked() -> None:
    assert scripted((5, 15, "PHONE")).types == {"PHONE": Tally(1, 1, 1, 1)}
    assert scripted((5, 15, "CARD")).types["PHONE"].recall == 1
    assert scripted((5, 14, "PHONE")).types["PHONE"].recall == 0
    assert scripted((5, 8, "PHONE"), (8, 15, "PHONE")).types["PHONE"] == Tally(1, 1, 2, 2)


def test_what_is_masked_without_reason_is_counted() -> None:
    measured = scripted((0, 4, "PHONE"))
    assert measured.types["PHONE"].precision == 0
    assert (measured.over_masked, measured.innocent) == (4, 9)
    assert measured.types["PHONE"].over == 4
    assert scripted((0, 4, "PHONE"), (10, 19, "IP")).total(["PHONE", "IP"]).over == 8


def test_time_and_clean_texts_are_counted() -> None:
    ticks = clock()
    texts = [Labelled("1", "nothing", ()), Labelled("2", "nothing here", ())]
    measured = measure(texts, lambda text: [Span(0, 1, "IP", "r")] if "here" in text else [], lambda: next(ticks))
    assert (measured.texts, measured.clean, measured.touched, measured.seconds) == (2, 2, 1, 2.0)


def test_f2_weighs_recall_twice() -> None:
    assert Tally(10, 5, 10, 10).f2 == pytest.approx(5 / 9)
    assert Tally(0, 0, 3, 1).f2 is None
    assert Tally(4, 0, 1, 0).f2 == 0


def load(test_data: Path) -> list[Labelled]:
    path = test_data / "privacy" / "synth_dataset_v2.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return list(examples(path))


def test_hard_ids_of_the_synthetic_set_are_found(test_data: Path) -> None:
    measured = measure(load(test_data), find, lambda: 0.0)
    hard = measured.total(HARD_IDS)
    assert hard.labelled > 300
    assert hard.recall is not None
    assert hard.recall >= 0.97
    assert measured.over_masked <= 0.005 * measured.innocent


def test_clean_code_is_left_alone(test_data: Path) -> None:
    path = test_data / "chats" / "code_alpaca_2k_even.json"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    documents = [
        "\n".join((row["instruction"], row["input"], row["output"])) for row in orjson.loads(path.read_bytes())
    ]
    touched = sum(bool(find(document)) for document in documents)
    assert touched < 0.01 * len(documents)


def test_the_standard_library_is_left_alone() -> None:
    """Only the addresses of its authors may go: fewer than one character in a thousand."""
    sources = [path.read_text(errors="replace") for path in sorted(Path(os.__file__).parent.glob("[a-d]*.py"))]
    masked = sum(span.end - span.start for source in sources for span in find(source))
    assert masked < 0.001 * sum(map(len, sources))
