"""Evidence by hand: a healthy night on which single things can be made to go wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from selfimprove.promotion.decision import Decision, Outcome, Verdict
from selfimprove.promotion.evidence import TARGET, Evidence, Mark, Marks, Measurements, Paired
from selfimprove.promotion.gate import GATES, decide
from selfimprove.promotion.margins import SHIPPED
from selfimprove_tests.promotion.leak_figures import CLEAN

MARGINS = dict(SHIPPED)
MEASURED = Measurements(
    delta_norm=3.0,
    logprob_shift=0.4,
    leaked=0,
    leak_outputs=64,
    latency_ratio=1.1,
    memory_ratio=1.05,
    leak_test=CLEAN,
)


def marks(right: int, n: int, loss: float = 0.1) -> Marks:
    """The first `right` of `n` examples are right; the wrong ones cost two nats more."""
    return tuple(Mark(1.0, loss) if index < right else Mark(0.0, loss + 2) for index in range(n))


def paired(task: str, n: int, right: dict[str, int], slices: int = 10) -> Paired:
    """A task by how many examples each role has right; slices are dealt out in turn, each chat is its own."""
    slices = max(n, 1) if task in TARGET else slices
    return Paired(task, tuple(f"s{i % slices}" for i in range(n)), {role: marks(k, n) for role, k in right.items()})


def long_answers(name: str, n: int, likelier: int, less: int = 0, by: float = 0.2, says: int = 0) -> Paired:
    """Long answers, each of a chat of its own: the challenger finds some likelier than every other model, some less.

    So many it `says`, and the others do not; where negative, they do and it does not.
    """
    gains = [by if index < likelier else -by if index >= n - less else 0.0 for index in range(n)]
    said = [float(index < abs(says)) for index in range(n)]
    mine, theirs = (said, [0.0] * n) if says >= 0 else ([0.0] * n, said)
    before = tuple(Mark(score, 1.0, by_loss=True) for score in theirs)
    after = tuple(Mark(score, 1.0 - gain, by_loss=True) for gain, score in zip(gains, mine, strict=True))
    found = {"challenger": after, "champion": before, "anchor": before, "base": before}
    return Paired(name, tuple(f"long {index}" for index in range(n)), found)


def task(name: str, n: int, challenger: int, others: int) -> Paired:
    """A task on which champion, anchor and base have the same examples right."""
    return paired(name, n, {"challenger": challenger, "champion": others, "anchor": others, "base": others})


USUAL = (
    task("core", 500, 498, 498),
    task("refusals", 40, 40, 40),
    task("fresh", 40, 34, 2),
    task("holdout", 20, 16, 2),
)


def healthy(
    *tasks: Paired, measured: Measurements = MEASURED, alpha: float = 0.0027, champion: str = "b+a"
) -> Evidence:
    """A night that should be promoted, with some of its tasks replaced."""
    found = {one.task: one for one in (*USUAL, *tasks)}
    return Evidence("r1", "a2", date(2031, 5, 2), champion, "b", found, measured, alpha)


def lose(original: Paired, indexes: Sequence[int], role: str = "challenger", loss: float | None = 2.1) -> Paired:
    """The same task with these examples wrong for one role."""
    changed = list(original.marks[role])
    for index in indexes:
        changed[index] = Mark(0.0, loss)
    return with_marks(original, role, tuple(changed))


def with_marks(original: Paired, role: str, found: Marks) -> Paired:
    """The same task with other marks for one role."""
    return replace(original, marks={**original.marks, role: found})


def verdict(gate: str, evidence: Evidence, **margins: float) -> Verdict:
    """What one gate says, with some margins declared otherwise."""
    return GATES[gate](evidence, {**MARGINS, **margins})


def judged(evidence: Evidence, **margins: float) -> Decision:
    """What all gates say together."""
    return decide(evidence, {**MARGINS, **margins})


def held_back(decision: Decision) -> list[str]:
    """Gates that did not pass, as "gate: outcome"."""
    return [f"{one.gate}: {one.outcome}" for one in decision.verdicts if one.outcome is not Outcome.PASSED]
