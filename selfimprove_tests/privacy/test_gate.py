"""Whatever the gate, the same is found: on made-up data, on random text of any script, and on what nearly matches."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy import automaton, gate
from selfimprove.privacy.redact import find
from selfimprove.privacy.rules import RULES
from selfimprove.privacy.superset import superset
from selfimprove_tests.privacy.categories.draw import SEED, innocent, positives
from selfimprove_tests.privacy.test_redact import TEXTS

ITEMS = [item.text for item in positives(SEED) + innocent(SEED)]


@pytest.fixture(scope="module")
def scan() -> gate.Admit:
    pytest.importorskip("hyperscan", reason="hyperscan has no wheel here")
    return gate.scan


@pytest.fixture(scope="module", params=["keywords", "scan"])
def admit(request: pytest.FixtureRequest) -> gate.Admit:
    return gate.keywords if request.param == "keywords" else request.getfixturevalue("scan")


def admitted(rules: Iterable[int]) -> set[str]:
    return {RULES[number].name for number in rules}


def test_the_gate_changes_nothing_on_the_categories(admit: gate.Admit) -> None:
    for text in ITEMS:
        assert find(text, admit=admit) == find(text, admit=gate.everything), f"seed {SEED}: {text}"


@settings(max_examples=150, deadline=None, print_blob=True)
@given(TEXTS | st.text(max_size=60))
def test_the_gate_changes_nothing(admit: gate.Admit, text: str) -> None:
    assert find(text, admit=admit) == find(text, admit=gate.everything)


@settings(max_examples=150, deadline=None, print_blob=True)
@given(st.data())
def test_the_gate_changes_nothing_where_texts_are_cut_and_joined(admit: gate.Admit, data: st.DataObject) -> None:
    """Pieces of real hits with other scripts between them: what a gate over bytes could get wrong."""
    one, two = data.draw(st.sampled_from(ITEMS)), data.draw(st.sampled_from(ITEMS))
    cut = data.draw(st.integers(0, len(one)))
    between = data.draw(st.sampled_from(["", "é", "日本", "ß ", "\ud800", "٣"]))
    text = f"{one[:cut]}{between}{two[data.draw(st.integers(0, len(two))):]}"
    assert find(text, admit=admit) == find(text, admit=gate.everything)


def test_the_scan_lets_through_few(scan: gate.Admit) -> None:
    assert admitted(scan("The quick brown fox jumps over the lazy dog, 3 times a day.")) == set()
    assert "phone" in admitted(scan("my number is 212 555 0199"))
    assert "id_nhs" not in admitted(scan("it is 943 476 5919"))  # no word names it
    assert "id_nhs" in admitted(scan("my NHS number is 943 476 5919"))


def test_every_rule_has_a_pattern_for_the_scan() -> None:
    assert gate.patterns().always == []
    assert {*gate.patterns().rules, *gate.patterns().pairs} == set(range(len(RULES)))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?<!x)ab\b(?!c)", "ab"),
        (r"a[^b]c", "aéc"),
        (r"\w{3,4}!", "日本語!"),
        (r"(?P<m>[-:])\d(?P=m)", ":1:"),
        (r"(?=(?P<run>\d{5}))\d", "12345"),
        (r"<(?=[^>]{0,9}type)\w", "<a type"),
        (r"x(?:a|bc)*?y", "xabcy"),
        (r"[a-c]{200}", "abc" * 67),
    ],
)
def test_what_a_pattern_matches_its_superset_does_too(pattern: str, text: str) -> None:
    assert re.search(pattern, text)
    written = superset(pattern, re.IGNORECASE)
    assert written
    assert re.search(written.encode(), text.encode())
    assert re.search(written.encode(), text.upper().encode())


@pytest.mark.parametrize("pattern", [r"\d*", r"(?<=a)", r"(a)?(?(1)b|c)", r"(?i:a)"])
def test_what_would_keep_nothing_out_has_none(pattern: str) -> None:
    assert superset(pattern, 0) is None


def test_the_automaton_is_kept_and_a_spoilt_one_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hyperscan = pytest.importorskip("hyperscan")

    def numbers(database: object) -> list[int]:
        found: list[int] = []
        database.scan(  # type: ignore[attr-defined]
            b"xx abc 12", match_event_handler=lambda *hit: hit[4].append(hit[0]), context=found,
            scratch=hyperscan.Scratch(database),
        )  # fmt: skip
        return sorted(found)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    patterns = {3: "abc", 5: r"\d\d", 8: "zzz"}
    assert numbers(automaton.load(patterns)) == [3, 5]
    (file,) = automaton.folder().iterdir()
    assert numbers(automaton.load(patterns)) == [3, 5]
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert numbers(automaton.load(patterns)) == [3, 5]
    assert numbers(automaton.load({1: "abc"})) == [1]
    assert [kept.name for kept in automaton.folder().iterdir()] != [file.name]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    assert numbers(automaton.load(patterns)) == [3, 5]


def test_a_pair_is_reported_when_both_parts_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hyperscan = pytest.importorskip("hyperscan")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    database = automaton.load({1: "abc"}, {7: r"\d{3}", 8: "card"}, {2: (7, 8)})

    def numbers(text: bytes) -> list[int]:
        found: list[int] = []
        scratch = hyperscan.Scratch(database)
        database.scan(text, match_event_handler=lambda *hit: found.append(hit[0]), scratch=scratch)
        return sorted(found)

    assert numbers(b"card 123") == [2]
    assert numbers(b"a card, 123") == [2]
    assert numbers(b"abc 123 and a card") == [1, 2]  # the last match completes the pair
    assert numbers(b"abc") == [1]
    assert numbers(b"123, 456") == numbers(b"a card") == []
