"""A comparison from lines of scores: read, judged by the gates that scores alone can answer, and told."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson

from selfimprove.errors import ComparisonUnreadable
from selfimprove.promotion.decision import Decision, Margins
from selfimprove.promotion.evidence import DEMONSTRATION, TARGET, Evidence, Mark, Measurements, Paired, in_score
from selfimprove.promotion.gate import GATES, decide
from selfimprove.promotion.statistics import paired_difference

MODELS = ("challenger", "champion", "base")
LARGEST = 1e100  # of a score: differences of larger ones are no numbers
KEPT = ("core", "refusals", "golden")  # tasks that must not get worse; on every other one a gain is looked for


@dataclass(frozen=True, slots=True)
class Line:
    """Three models' scores on one example; examples of one cluster, such as a conversation, go together."""

    task: str
    example: str
    cluster: str
    scores: Mapping[str, float]


def read(lines: Iterable[bytes | str]) -> list[Line]:
    """The lines that are not empty.

    Raises:
        ComparisonUnreadable: a line is not what it should be, or repeats an example; the message has its number.
    """
    found: dict[tuple[str, str], Line] = {}
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        line = _line(text, number)
        if found.setdefault((line.task, line.example), line) is not line:
            reason = f"example {line.example!r} of task {line.task!r} stands above already"
            raise ComparisonUnreadable(line=number, reason=reason)
    return list(found.values())


def judge(lines: Iterable[Line], margins: Margins) -> tuple[Evidence, Decision]:
    """What the gates say: the whole error budget is the level of this one look; `base` is the anchor.

    Only gates that the given tasks can answer speak: no score tells of speed, leaks, losses, or what changed.
    """
    evidence = _evidence(lines, margins["error_budget"])
    names = set(evidence.tasks)
    asked = {"is_complete": True, "improves_target": True, "keeps_core": "core" in names}
    asked |= {"keeps_history": bool(names & {"core", "golden"}), "keeps_refusing": "refusals" in names}
    asked |= {"keeps_own": bool(names & {*TARGET, DEMONSTRATION, "golden"})}
    least = {"core_items": "core", "refusal_items": "refusals"}
    targets = {name for group in evidence.targets for name in group}
    waived = {margin: 0.0 for margin, task in least.items() if task not in names - targets}
    return evidence, decide(evidence, {**margins, **waived}, [GATES[name] for name in GATES if asked.get(name)])


def told(evidence: Evidence, decision: Decision, margins: Margins) -> dict[str, Any]:
    """The decision as JSON: its word, reasons, what would decide it, every verdict, and each task's differences."""
    return {
        "decision": decision.decision,
        "reasons": decision.reasons,
        "more_examples": decision.more,
        "level": evidence.alpha,
        "verdicts": [asdict(verdict) for verdict in decision.verdicts],
        "tasks": {name: _task(task) for name, task in evidence.tasks.items()},
        "margins": dict(margins),
    }


def _line(text: bytes | str, number: int) -> Line:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise ComparisonUnreadable(line=number, reason=f"it is not JSON ({exc})") from exc
    reason = _problem(value)
    if reason:
        raise ComparisonUnreadable(line=number, reason=reason)
    example = str(value["example"])
    scores = {model: float(value[model]) for model in MODELS}
    return Line(value["task"], example, str(value.get("cluster", f"{value['task']} {example}")), scores)


def _problem(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "it is not a JSON object"
    missing = [name for name in ("task", "example", *MODELS) if value.get(name) is None]
    if missing:
        return f"{', '.join(map(repr, missing))} is missing"
    if not isinstance(value["task"], str) or not _is_name(value["example"]):
        return "'task' is a name, 'example' a name or a whole number"
    if not _is_name(value.get("cluster", "")):
        return "'cluster' is a name or a whole number"
    wrong = [model for model in MODELS if not _is_score(value[model])]
    return f"{', '.join(map(repr, wrong))} is no number of at most {LARGEST:g}" if wrong else None


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= LARGEST


def _evidence(lines: Iterable[Line], alpha: float) -> Evidence:
    by_task: dict[str, list[Line]] = {}
    for line in lines:
        by_task.setdefault(line.task, []).append(line)
    tasks = {name: _paired(name, found) for name, found in sorted(by_task.items())}
    return Evidence(
        "", "", date.min, "champion", "base", tasks, Measurements(), alpha, targets=_targets(tasks), has_losses=False
    )


def _targets(tasks: Mapping[str, Paired]) -> tuple[tuple[str, ...], ...]:
    """What people asked for is one group, as at night, every other task one of its own; else what there is."""
    own = tuple(name for name in (*TARGET, DEMONSTRATION) if name in tasks)
    others = tuple((name,) for name in tasks if name not in (*KEPT, *TARGET, DEMONSTRATION))
    return ((own,) if own else ()) + others or tuple((name,) for name in tasks) or (TARGET,)


def _paired(name: str, lines: list[Line]) -> Paired:
    low, high = _range([line.scores for line in lines])
    marks = {
        model: tuple(
            Mark(min(max((line.scores[model] - low) / (high - low), 0.0), 1.0), None, by_loss=name == DEMONSTRATION)
            for line in lines
        )
        for model in MODELS
    }
    clusters = tuple(line.cluster for line in lines)  # of a conversation in whichever tasks
    return Paired(name, clusters, {**marks, "anchor": marks["base"]}, clusters)


def _range(scores: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    """What counts as 0 and as 1: where scores lie outside, the range that challenger and champion span.

    A hundredth at either end counts as the end: one score far out would make all differences small.
    """
    if all(0 <= score <= 1 for one in scores for score in one.values()):
        return 0.0, 1.0
    ordered = sorted(score for one in scores for score in (one["challenger"], one["champion"]))
    cut = len(ordered) // 100
    low, high = ordered[cut], ordered[-1 - cut]
    if low == high:
        low, high = ordered[0], ordered[-1]
    return low, high if high > low else low + max(1.0, abs(low))


def _task(task: Paired) -> dict[str, Any]:
    means = {model: math.fsum(mark.score or 0 for mark in task.marks[model] if mark) for model in MODELS}
    n = len(task.slices)
    differences = {against: in_score([task], against) for against in MODELS[1:]}
    bounds = {against: asdict(paired_difference(one.values, one.clusters)) for against, one in differences.items()}
    return {"examples": n, "clusters": len(set(task.slices)), **{model: total / n for model, total in means.items()},
            "challenger_minus": bounds}  # fmt: skip
