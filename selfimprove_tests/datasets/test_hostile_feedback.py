"""A stranger lies in a household that gives feedback: what is learned, by the choice and the caps that a night uses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from selfimprove.critiques.calibrate import calibrate, over_cap
from selfimprove.critiques.critique import Confidence, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.score import score
from selfimprove.datasets.cap import FEEDBACK, capped
from selfimprove.datasets.choose import choose_all
from selfimprove.datasets.example import Candidate, Chosen, Rule
from selfimprove.datasets.split import Splits
from selfimprove.privacy.redacted_chat import RedactedFeedback
from selfimprove_tests.datasets.make import FIRST, at, candidate

ANSWERS, OWNED = 600, 200  # every third answer has the owner's word
RULE = Rule()
SAYS: Mapping[str, tuple[float | None, str | None]] = {
    "thumbs": (1.0, None),
    "preference": (1.0, "I do not know."),
    "correction": (None, "A lie."),
}


def household(seed: int, share: float, kind: str) -> list[Candidate]:
    """Good and bad answers; the owner's thumbs say which, and a stranger's lies of one kind praise the worst.

    `share` is the stranger's of all feedback. Scores are yet to be given.
    """
    draw, lies = Random(seed), round(OWNED * share / (1 - share))
    ids = [f"{draw.getrandbits(128):032x}" for _ in range(ANSWERS)]
    good = [draw.random() < 0.6 for _ in range(ANSWERS)]
    bad = [n for n in range(ANSWERS) if not good[n] and n % 3]
    lied = set(draw.sample(bad, lies))
    made = []
    for n, id in enumerate(ids):
        said = [RedactedFeedback(1, "thumbs", 1.0 if good[n] else -1.0, None, "web")] if n % 3 == 0 else []
        said += [RedactedFeedback(1, kind, *SAYS[kind], "stranger")] if n in lied else []
        made.append(replace(candidate(f"Q{n}", "good" if good[n] else "bad"), id=id, feedback=tuple(said)))
    return [replace(c, day=FIRST + timedelta(days=n % 9), said_at=at(n % 9)) for n, c in enumerate(made)]


def evidence(c: Candidate) -> Evidence:
    """What can be seen of an answer: confidence and findings tell the good ones, roughly."""
    draw, is_good = Random(c.id), c.messages[1].content == "good"
    confidence = Confidence(draw.gauss(-0.7 if is_good else -1.8, 0.7), -3.0, 9)
    findings = () if draw.random() < (0.95 if is_good else 0.7) else (Finding("truncated", "x"),)
    said = tuple(Explicit(f.kind, f.value, f.source) for f in c.feedback)
    return Evidence(findings, confidence, said)


def scored(chats: Sequence[Candidate], *, with_cap: bool = True) -> list[Candidate]:
    known = [Known(c.id, 1, evidence(c)) for c in chats]
    calibration, beyond = calibrate(known), over_cap(known) if with_cap else {}
    values = [score(k.evidence, calibration, beyond.get((k.chat_id, 1), ())) for k in known]
    return [replace(c, scores={1: value}) for c, value in zip(chats, values, strict=True)]


def learned(chats: Sequence[Candidate], *, with_cap: bool = True) -> list[Chosen]:
    """What a night would train on, were all of it old enough and on that side."""
    chosen, _ = choose_all(scored(chats, with_cap=with_cap), RULE.threshold)
    splits = Splits(FIRST, tuple(chosen), (), (), (), (), frozenset())
    return list(capped(splits, RULE).train) if with_cap else chosen


def lies_in(found: Sequence[Chosen], chats: Sequence[Candidate]) -> list[Chosen]:
    lied = {c.id for c in chats if any(f.source == "stranger" for f in c.feedback)}
    return [c for c in found if c.chat_id in lied]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("share", [0.1, 0.19])
def test_what_a_strangers_thumbs_get_learned_is_a_twentieth_of_the_ratings(seed: int, share: float) -> None:
    chats = household(seed, share, "thumbs")
    ratings = sum(len(c.feedback) for c in chats)
    assert len(lies_in(learned(chats, with_cap=False), chats)) > ratings * 0.08, "without a cap the bound is broken"
    silent = [replace(c, feedback=tuple(f for f in c.feedback if f.source == "web")) for c in chats]
    before = {c.chat_id for c in lies_in(learned(silent), chats)}
    more = {c.chat_id for c in lies_in(learned(chats), chats)} - before
    assert 0 < len(more) <= ratings * 0.05 + 0.05 * ANSWERS * share  # scores of the others may shift with the weights


@pytest.mark.parametrize("kind", ["preference", "correction"])
@pytest.mark.parametrize("share", [0.1, 0.19])
def test_of_a_strangers_other_words_five_are_learned_where_the_owner_taught_none(kind: str, share: float) -> None:
    chats = household(3, share, kind)
    lies = sum(f.source == "stranger" for c in chats for f in c.feedback)
    assert lies > 20
    assert len(lies_in(learned(chats, with_cap=False), chats)) == lies, "without a cap every lie is learned"
    assert len(lies_in(learned(chats), chats)) == 5


@pytest.mark.parametrize("kind", ["preference", "correction"])
@pytest.mark.parametrize("share", [0.1, 0.19])
def test_of_a_strangers_other_words_a_twentieth_is_learned_of_what_feedback_taught(kind: str, share: float) -> None:
    chats = [_corrected(c) for c in household(4, share, kind)]
    found = learned(chats)
    assert len([c for c in found if c.taught_by == "web"]) == OWNED
    assert len([c for c in found if c.taught_by == "stranger"]) == 10  # of 210
    assert len(lies_in(learned(chats, with_cap=False), chats)) > 20


@pytest.mark.parametrize("kind", ["preference", "correction"])
def test_a_source_of_a_fifth_of_all_feedback_speaks_for_the_owner(kind: str) -> None:
    chats = household(5, 0.21, kind)
    lies = sum(f.source == "stranger" for c in chats for f in c.feedback)
    assert len(lies_in(learned(chats), chats)) == lies
    assert FEEDBACK == "over_share_feedback"


def _corrected(c: Candidate) -> Candidate:
    """The owner's thumbs as corrections."""
    said = (replace(f, kind="correction", value=None, text="True.") if f.source == "web" else f for f in c.feedback)
    return replace(c, feedback=tuple(said))
