"""When a night goes on from the champion, and when it begins anew."""

from dataclasses import replace

import pytest

from selfimprove.datasets.example import Rule
from selfimprove.datasets.start import Line, Start, as_json, remembering, start, started, words

RULE = Rule(drift_share=0.5, most_lost=0.2, most_nights=30, remember=600, remember_anew=3000)
LINE = Line("c" * 64, nights=9, allowed=0.05)


@pytest.mark.parametrize(
    ("line", "adapter", "reason"),
    [
        (Line(), None, "no_champion"),
        (LINE, LINE.champion, "goes_on"),
        (replace(LINE, drift=0.024), LINE.champion, "goes_on"),
        (replace(LINE, drift=0.025), None, "drifted"),
        (replace(LINE, drift=-0.1), LINE.champion, "goes_on"),
        (replace(LINE, drift=0.04, nights=6), LINE.champion, "goes_on"),
        (replace(LINE, drift=0.04, allowed=0.0), LINE.champion, "goes_on"),
        (replace(LINE, lost=4, asked=20), None, "forgot"),
        (replace(LINE, lost=3, asked=20), LINE.champion, "goes_on"),
        (replace(LINE, lost=10, asked=19), LINE.champion, "goes_on"),
        (replace(LINE, nights=30), None, "many_nights"),
        (replace(LINE, nights=29), LINE.champion, "goes_on"),
        (replace(LINE, nights=30, tried=True), LINE.champion, "many_nights"),
        (replace(LINE, drift=0.04, tried=True), LINE.champion, "drifted"),
        (replace(LINE, nights=1, unlearns=1), None, "unlearns"),
        (replace(LINE, unlearns=1, tried=True), None, "unlearns"),
        (replace(LINE, nights=2, vetoed=1, tried=True), None, "vetoed"),
    ],
)
def test_each_reason_and_its_near_misses(line: Line, adapter: str | None, reason: str) -> None:
    found = start(line, RULE)
    assert (found.adapter, found.reason) == (adapter, reason)


@pytest.mark.parametrize("worn", [{"drift": 0.5}, {"lost": 20, "asked": 20}, {"nights": 1000}])
def test_zero_is_never(worn: dict[str, float]) -> None:
    line = replace(LINE, **worn)  # type: ignore[arg-type]
    assert start(line, Rule(drift_share=0, most_lost=0, most_nights=0)).reason == "goes_on"


def test_few_nights_in_a_row_can_be_asked_for() -> None:
    assert start(replace(LINE, nights=3), replace(RULE, most_nights=3)).reason == "many_nights"


def test_a_night_that_begins_anew_learns_everything_again() -> None:
    anew = start(replace(LINE, nights=30), RULE)
    assert remembering(anew, RULE) == replace(RULE, remember=3000, replay=3000)
    assert remembering(anew, replace(RULE, remember=5000)).remember == 5000
    assert remembering(start(LINE, RULE), RULE) == RULE
    assert remembering(start(Line(), RULE), RULE) == RULE, "nothing was learned before"
    assert remembering(start(replace(LINE, nights=30, tried=True), RULE), RULE) == RULE


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (Line(), "It began at the bare base model, since no adapter answers yet."),
        (replace(LINE, nights=1), "It went on from the champion, which began at the base model."),
        (LINE, "It went on from the champion, the newest of 9 that went on from each other."),
        (replace(LINE, nights=30), "It began anew at the bare base model, with all lessons so far: 30 nights had gone"),
        (replace(LINE, drift=0.031), "its champion was 3.1 points below the anchor, of which 5.0 are too much."),
        (replace(LINE, lost=9, asked=40), "its champion had lost 9 of 40 own questions to an earlier model."),
        (replace(LINE, unlearns=2), "its champion had learned from 2 chats that must not be learned from any more."),
        (replace(LINE, vetoed=1), "its champion had gone on from an adapter that may never answer."),
        (
            replace(LINE, nights=30, tried=True),
            "It went on from the champion, though 30 nights had gone on from each other: a training from the base",
        ),
    ],
)
def test_a_person_reads_it_in_a_sentence(line: Line, told: str) -> None:
    sentence = words(as_json(start(line, RULE)))
    assert told in sentence
    assert sentence.endswith(".")
    assert sentence.count(".") - sentence.count(".0") - sentence.count(".1 ") == 1


def test_the_adapter_keeps_where_its_training_did_start() -> None:
    planned = as_json(start(LINE, RULE))
    assert started(planned, LINE.champion) == planned
    assert words(started(planned, None)) == "It began at the bare base model, as its recipe has it."
    assert words(started({}, "a")) == "It went on from the champion, as its recipe has it."
    assert words({}) == "", "an adapter of before says nothing of it"


def test_what_is_stored_is_all_it_rests_on() -> None:
    found = as_json(Start(None, "drifted", replace(LINE, drift=0.03)))
    assert found == {
        "adapter": None, "reason": "drifted", "champion": "c" * 64, "nights": 9, "unlearns": 0, "vetoed": 0,
        "drift": 0.03, "allowed": 0.05, "lost": 0, "asked": 0, "tried": False,
    }  # fmt: skip
