"""Whether a stored dataset keeps its promises, judged from its rows and files alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.datasets.build import holds_secret
from selfimprove.datasets.example import SPLITS, Example
from selfimprove.datasets.freeze import Dataset, is_of_a_chat
from selfimprove.datasets.prompts import keys, last_key
from selfimprove.datasets.say import TOO_LITTLE, too_little
from selfimprove.datasets.table import Found

CHECKS = (
    *TOO_LITTLE, "splits_are_disjoint", "nothing_lost", "no_secret_left", "export_matches", "was_read_again",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one check passed, in a sentence, with its figures."""

    check: str
    passed: bool
    sentence: str
    figures: Mapping[str, int]


def verdicts(
    found: Found | None, dataset: Dataset | None, differences: Sequence[str], not_cleared: int
) -> list[Verdict]:
    """One verdict a check; without a dataset only the first can fail, for the others there is nothing to judge."""
    if dataset is None:
        sentence = found.sentence if found else "There is no dataset that waits for a decision."
        nothing = [Verdict(check, True, "There is no dataset to judge.", {}) for check in CHECKS[1:]]
        return [Verdict(CHECKS[0], False, sentence, {"examples": 0}), *nothing]
    return [
        Verdict(CHECKS[0], True, found.sentence if found else "", {"examples": len(_all(dataset))}),
        enough(dataset),
        disjoint(dataset),
        nothing_lost(found.counts if found else dataset.manifest["chats"], dataset),
        no_secret(dataset),
        exported(differences),
        read_again(not_cleared),
    ]


def enough(dataset: Dataset) -> Verdict:
    """Enough to train on, and something to test with."""
    train = len(dataset.splits["train"])
    tests = len(dataset.splits["fresh"]) + len(dataset.splits["validation"])
    missing = too_little(train, tests)
    return Verdict(CHECKS[1], missing is None, missing or "", {"train_examples": train, "test_examples": tests})


def disjoint(dataset: Dataset) -> Verdict:
    """No chat is in two splits; no question that tests is learned; replay and new examples ask different things."""
    figures = {"chats_on_two_sides": _shared_chats(dataset), "prompts_on_two_sides": _shared_prompts(dataset)}
    return Verdict(CHECKS[2], not any(figures.values()), "A chat and a question belong to one side.", figures)


def nothing_lost(counts: Mapping[str, Any], dataset: Dataset) -> Verdict:
    """Chats that went in are in a split or left out with a reason."""
    held = sum(map(is_of_a_chat, _all(dataset)))
    left_out = sum(counts["rejected"].values())
    figures = {"in": counts["in"], "in_splits": held, "left_out": left_out}
    whole = counts["in"] == held + left_out and counts["out"] == held
    return Verdict(CHECKS[3], whole, "Chats in = chats in splits + chats left out.", figures)


def no_secret(dataset: Dataset) -> Verdict:
    """The redactor finds nothing any more."""
    found = sum(holds_secret(example) for example in _all(dataset))
    return Verdict(
        CHECKS[4], found == 0, "The redactor reads every example once more.", {"examples_with_secret": found}
    )


def exported(differences: Sequence[str]) -> Verdict:
    """The files on disk and the rows are what was frozen."""
    sentence = (
        f"Not what was frozen: {', '.join(differences)}." if differences else "Files and rows are what was frozen."
    )
    return Verdict(CHECKS[5], not differences, sentence, {"changed_files": len(differences)})


def read_again(not_cleared: int) -> Verdict:
    """The second readers have read every example, and found nothing."""
    sentence = "Second readers have read every example, and found nothing."
    return Verdict(CHECKS[6], not_cleared == 0, sentence, {"examples_not_cleared": not_cleared})


def _all(dataset: Dataset) -> list[Example]:
    return [example for split in SPLITS for example in dataset.splits[split]]


def _shared_chats(dataset: Dataset) -> int:
    chats = [example.chat_id for example in _all(dataset) if is_of_a_chat(example)]
    taught = {example.chat_id for example in dataset.splits["train"] if is_of_a_chat(example)}
    astray = (example.kind == "synthetic" and example.chat_id not in taught for example in _all(dataset))
    return len(chats) - len(set(chats)) + sum(astray)


def _shared_prompts(dataset: Dataset) -> int:
    train, replay, validation, fresh = (dataset.splits[s] for s in ("train", "replay", "validation", "fresh"))
    asked = {last_key(e.messages) for e in (*validation, *fresh)}
    learned = sum(not asked.isdisjoint(keys(e.messages)) for e in (*train, *replay))
    return learned + _common(train, replay) + _common(validation, fresh)


def _common(some: Sequence[Example], others: Sequence[Example]) -> int:
    return len({last_key(e.messages) for e in some} & {last_key(e.messages) for e in others})
