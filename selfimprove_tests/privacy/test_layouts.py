"""Each category in each layout, with fresh values; and line ends of Windows change nothing."""

import re
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy import gate
from selfimprove.privacy.redact import Span, find
from selfimprove_tests.privacy import test_passwords
from selfimprove_tests.privacy.categories.draw import SEED, by_rules, laid_out, missed, positives, recall
from selfimprove_tests.privacy.categories.layouts import LAYOUTS
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import masks
from selfimprove_tests.privacy.test_redact import TEXTS

LEAST_RECALL, LEAST_OF_EACH = 0.97, 0.85
ROUNDS = 4
SEEDS = pytest.mark.parametrize("seed", [pytest.param(SEED, id=f"SELFIMPROVE_TEST_SEED={SEED}")])
MADE = Made(173)


@SEEDS
def test_values_are_found_however_they_are_laid_out(seed: int) -> None:
    items = [item for number in range(ROUNDS) for item in laid_out(seed + number)]
    wrong = missed(items)
    assert len(items) > 9 * ROUNDS * (len(LAYOUTS) - 1)
    assert len(wrong) <= (1 - LEAST_RECALL) * len(items), f"seed {seed}: " + "; ".join(item.text for item in wrong)
    assert min(recall(items).values()) >= LEAST_OF_EACH, f"seed {seed}"


@SEEDS
@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_layout_is_left_out(seed: int, layout: str) -> None:
    items = [item for number in range(ROUNDS) for item in laid_out(seed + number, layout)]
    wrong = missed(items)
    assert len(wrong) <= (1 - LEAST_OF_EACH) * len(items), f"seed {seed}: " + "; ".join(item.text for item in wrong)


@SEEDS
def test_the_gate_changes_nothing_on_layouts(seed: int) -> None:
    for item in laid_out(seed):
        every = find(item.text, admit=gate.everything)
        assert find(item.text) == find(item.text, admit=gate.keywords) == every, f"seed {seed}: {item.text}"


def in_windows(text: str, spans: list[Span]) -> list[Span]:
    """The spans of a text where they are once each of its lines ends as on Windows."""
    more = [0, *accumulate(character == "\n" for character in text)]
    return [Span(s.start + more[s.start], s.end + more[s.end - 1], s.type, s.rule) for s in spans]


def ends_differ(text: str) -> tuple[list[Span], list[Span]]:
    plain = re.sub(r"\r\n?", "\n", text)
    return by_rules([plain.replace("\n", "\r\n")])[0], in_windows(plain, by_rules([plain])[0])


@SEEDS
def test_line_ends_of_windows_change_nothing_on_the_categories(seed: int) -> None:
    for item in [*positives(seed), *laid_out(seed)]:
        windows, unix = ends_differ(item.text)
        assert windows == unix, f"seed {seed}: {item.text}"


@settings(max_examples=100, deadline=None, print_blob=True)
@given(st.lists(TEXTS, max_size=4).map("\n".join))
def test_line_ends_of_windows_change_nothing(text: str) -> None:
    windows, unix = ends_differ(text)
    assert windows == unix


@pytest.mark.parametrize("text", [text for text in test_passwords.MARKED if "\n" in text])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_passwords_are_found_over_lines_of_any_kind(text: str, end: str) -> None:
    password = MADE.password()
    written = re.sub(r"\r?\n", end, text).format(password)
    assert masks(written, password)
