"""How well scores tell which of two answers people preferred, on hh-rlhf: AUC against chance, with its interval.

Rules, the tiny model's confidence and relevance alone: no feedback, no judge. First by the weights that the package
ships, then by weights fitted to these preferences themselves, each fifth of the dialogues by the other four. The tiny
model knows nothing of the world, so its confidence is expected to mean little. Needs SELFIMPROVE_TEST_DATA.

Run: python benchmarks/preferences.py [--dialogues 1156] [--no-model]
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from selfimprove.chats.chat import Message
from selfimprove.chats.formats import hh_rlhf
from selfimprove.critiques import confidence
from selfimprove.critiques.answer import Answer
from selfimprove.critiques.calibration import of_prior
from selfimprove.critiques.collect import collect
from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.learn import Learned, held_out, learn, matrix
from selfimprove.critiques.measure import Interval, auc, interval
from selfimprove.critiques.prior import Prior, shipped
from selfimprove.critiques.ratings import Rating
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.base import TINY

DATA = "chats/hh_rlhf_harmless_test_even.jsonl.gz"
PARTS = ("rules", "confidence", "relevance", "all of them")
Pair = tuple[Answer, Answer]


def pairs(path: Path, most: int) -> list[Pair]:
    """The chosen and the rejected answer to the same messages."""
    with gzip.open(path, "rt") as lines:
        records = [json.loads(line) for _, line in zip(range(most), lines, strict=False)]
    found = []
    for number, record in enumerate(records):
        chosen, rejected = (hh_rlhf._messages(record[name]) for name in ("chosen", "rejected"))
        if hh_rlhf._prefers(chosen, rejected):
            found.append((_answer(number, chosen), _answer(number, rejected)))
    return found


def _answer(number: int, messages: tuple[Message, ...]) -> Answer:
    return Answer(str(number), len(messages) - 1, messages, None, ())


def collected(found: Sequence[Pair], *, by_model: bool) -> list[tuple[Evidence, Evidence]]:
    """The evidence about both answers of each pair."""
    turns = list(dict.fromkeys(answer.messages for pair in found for answer in pair))
    measured = confidence.measure(TINY, None, turns) if by_model else [None] * len(turns)
    witnesses = Witnesses("tiny", dict(zip(turns, measured, strict=True)))
    return [(collect(one, witnesses), collect(other, witnesses)) for one, other in found]


def only(evidence: Evidence, part: str) -> Evidence:
    """The evidence with one kind of it alone, or all of it but for what nobody said."""
    if part == "all of them":
        return evidence
    return replace(
        evidence, findings=evidence.findings if part == "rules" else (),
        confidence=evidence.confidence if part == "confidence" else None,
        relevance=evidence.relevance if part == "relevance" else None,
    )  # fmt: skip


def of(scores: Sequence[float]) -> Interval:
    """AUC of the chosen answers' scores among all, chosen and rejected by turns; its interval draws whole dialogues."""
    labels = np.tile([1.0, 0.0], len(scores) // 2)
    return interval(auc, (np.array(scores), labels, np.ones(len(scores))), groups(len(scores)))


def groups(size: int) -> list[str]:
    """The dialogue of each answer."""
    return [str(number // 2) for number in range(size)]


def by_prior(known: Sequence[Evidence], prior: Prior) -> Interval:
    """AUC of the weights that the package ships."""
    return of(matrix(known, (), prior) @ np.array([*of_prior().weights.values()]))


def fitted(known: Sequence[Evidence], prior: Prior) -> Interval:
    """AUC of weights fitted to the preferences of other dialogues."""
    labels = np.tile([1.0, 0.0], len(known) // 2)
    return of(held_out(matrix(known, (), prior), labels, np.ones(len(known)), groups(len(known)), prior))


def learned(known: Sequence[Evidence], prior: Prior) -> Learned:
    """What the house would make of the preferences, were they its owner's."""
    names = groups(len(known))
    return learn([Rating(names[i], 0, "people", not i % 2, 1.0, one) for i, one in enumerate(known)], (), prior)


def say(found: Interval) -> str:
    """A figure, its interval, and whether that leaves chance out."""
    verdict = "chance" if found.low <= 0.5 <= found.high else "better" if found.value > 0.5 else "worse"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f}) {verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=1156)
    parser.add_argument("--no-model", action="store_true", help="leave the tiny model's confidence out")
    options = parser.parse_args()
    folder = os.environ.get("SELFIMPROVE_TEST_DATA")
    if not folder:
        print("skipped: SELFIMPROVE_TEST_DATA names no folder with the data")
        return 0
    started = time.perf_counter()
    found = pairs(Path(folder) / DATA, options.dialogues)
    known = collected(found, by_model=not options.no_model)
    said = sum(bool(one.findings) != bool(other.findings) for one, other in known)
    print(f"{len(found)} pairs in {time.perf_counter() - started:.0f} s; a rule tells {said} of them apart")
    print(f"{'evidence':12} {'shipped weights, AUC':38} fitted to other dialogues, AUC")
    for part in PARTS:
        alone = [only(one, part) for pair in known for one in pair]
        print(f"{part:12} {say(by_prior(alone, shipped())):38} {say(fitted(alone, shipped()))}")
    flat = [one for pair in known for one in pair]
    raw = [one.confidence.mean_logprob if one.confidence else 0.0 for one in flat]
    print(f"log-probability as it is, without bounds: {say(of(raw))}; {np.mean(raw):.1f} nats a token on average")
    known_by = learned(flat, shipped())
    gain = known_by.figures.gain if known_by.figures else None
    print(f"a house with these ratings would {'use' if known_by.is_fitted else 'not use'} the fitted weights: {gain}")
    longer = [len(one.messages[-1].content) > len(other.messages[-1].content) for one, other in found]
    print(f"for comparison: the longer answer is the preferred one in {np.mean(longer):.3f} of the pairs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
