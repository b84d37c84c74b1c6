"""What a run found to learn from, in one sentence a person reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from selfimprove.datasets.example import Example, Split
from selfimprove.datasets.split import LEAST_TEST, LEAST_TRAIN

TOO_LITTLE = ("has_something_to_learn", "has_enough_examples")  # checks that warn: no fault of a night


@dataclass(frozen=True, slots=True)
class Situation:
    """What the database holds: chats, days that hold some, days that passed their checks, and the last decided night.

    `rejected` counts the chats of clean days that earlier stages left out, by reason.
    """

    chats: int
    days: int
    clean_days: int
    last_night: date | None
    rejected: Mapping[str, int]


def nothing(situation: Situation, candidates: int, left_out: Mapping[str, int]) -> str:
    """Why there is nothing to learn; `left_out` counts the candidates that taught nothing, by reason."""
    if situation.chats == 0:
        return "Nothing to learn: there are no chats at all. Bring some with `selfimprove chats import FILE`."
    if situation.clean_days == 0:
        return f"Nothing to learn: {_days(situation.days)} chats, and none has passed its checks yet."
    if candidates == 0:
        total = sum(situation.rejected.values())
        return f"Nothing to learn: all {total} chats were rejected: {reasons(situation.rejected)}."
    if sum(left_out.values()) == candidates:
        return f"Nothing to learn: none of {candidates} chats has an answer to learn from: {reasons(left_out)}."
    since = f" since the night of {situation.last_night}" if situation.last_night else ""
    return f"Nothing to learn: no new chats worth learning from{since}."


def something(splits: Mapping[Split, tuple[Example, ...]]) -> str:
    """What there is to learn from, or that it is too little."""
    train, tests = splits["train"], len(splits["fresh"]) + len(splits["validation"])
    missing = too_little(len(train), tests)
    if missing:
        return f"Too little to learn from: {missing}."
    corrections = sum(example.kind == "correction" for example in train)
    return (
        f"{len(train)} new examples to learn ({corrections} corrections), {len(splits['replay'])} to remember; "
        f"{len(splits['fresh'])} fresh and {len(splits['validation'])} held-out examples only test."
    )


def too_little(train: int, tests: int) -> str | None:
    """What is missing, or None when the examples suffice."""
    if train < LEAST_TRAIN:
        return f"only {_number(train)} to train on; at least {LEAST_TRAIN} are needed"
    if tests < LEAST_TEST:
        return f"no example to test with; at least {LEAST_TEST} is needed"
    return None


def reasons(counts: Mapping[str, int]) -> str:
    """Counts by reason, the most frequent first."""
    return ", ".join(f"{n} {reason}" for reason, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _number(n: int) -> str:
    return "1 example" if n == 1 else f"{n} examples"


def _days(n: int) -> str:
    return "1 day holds" if n == 1 else f"{n} days hold"
