"""Which of a report's questions decide, and which of them go together; one row is one model on one example."""

from typing import Any

from selfimprove.datasets.outdated import outdated
from selfimprove.datasets.words import words_of
from selfimprove.evals.task import LIKELIHOOD
from selfimprove.promotion.alike import alike
from selfimprove.promotion.evidence import DEMONSTRATION, OUTDATED, RETIRED, TARGET
from selfimprove.promotion.together import together
from selfimprove.promotion.wording import LongAnswer, says_it

Row = dict[str, Any]
OWN = (*TARGET, DEMONSTRATION, RETIRED, "golden")


def sift(rows: list[Row], most: float) -> list[Row]:
    """The rows by task, each with its "group", None of a suite; held-out items test a gain for `most` judged nights.

    What does not test a gain any more goes to a task of its own. "says" is the verdict on a long answer
    (wording.py).
    """
    return _said(_grouped(_outdated(_demonstrated(_retired(rows, most)))))


def _demonstrated(rows: list[Row]) -> list[Row]:
    """Long answers, which no grader compares, are a task of their own."""
    are_long = [row["task"] in TARGET and _is_long(row) for row in rows]
    long = [row | {"task": DEMONSTRATION} for row, is_long in zip(rows, are_long, strict=True) if is_long]
    return [row for row, is_long in zip(rows, are_long, strict=True) if not is_long] + long


def _retired(rows: list[Row], most: float) -> list[Row]:
    """Held-out items go to a task of their own, which stands last, so many judged nights after they tested first.

    Whether or not each of these nights asked them: beside many that were learned long ago no new gain is large enough.
    On none at all may they test an adapter whose recipe or checkpoint they chose.
    """
    worn = [row | {"task": RETIRED} for row in rows if row["task"] == "holdout" and row["uses"] >= most]
    return [row for row in rows if row["task"] != "holdout" or row["uses"] < most] + worn


def _outdated(rows: list[Row]) -> list[Row]:
    """Questions that a later one of the report answers otherwise go to a task of their own, which stands last."""
    asked = {row["example_id"]: row for row in rows if row["task"] in (*TARGET, DEMONSTRATION, RETIRED)}
    questions = [_question(row, slice(-1, None)) if row["messages"] else None for row in asked.values()]
    answers, days = ([row[name] for row in asked.values()] for name in ("reference", "said_at"))
    are_old = outdated(answers, days, questions)
    old = {name for name, is_old in zip(asked, are_old, strict=True) if is_old}
    kept = [row for row in rows if row["example_id"] not in old]
    return kept + [row | {"task": OUTDATED} for row in rows if row["example_id"] in old]


def _grouped(rows: list[Row]) -> list[Row]:
    """The owner's questions with the group that each belongs to; of the suites a slice is all there is."""
    own = list({row["example_id"]: row for row in rows if row["task"] in OWN}.values())
    names = together([row["slice"] for row in own], [row["reference"] for row in own], _much_the_same(own))
    group = {row["example_id"]: name for row, name in zip(own, names, strict=True)}
    return [row | {"group": group.get(row["example_id"])} for row in rows]


def _much_the_same(rows: list[Row]) -> list[tuple[int, int]]:
    """Places of answers, one of them long, that say much the same, by all their words or by those beyond the question.

    Some answers say their question again, and some questions hold the answer beside others. What has the same words, of
    all or beyond the question, is one answer: whoever always says "left" gives all that are "left".
    """
    long = {row["reference"] for row in rows if _is_long(row)}
    if not long:
        return []
    places = {row["reference"]: at for at, row in enumerate(rows)}
    words = {reference: words_of(reference) for reference in places}
    beyond: dict[str, set[str]] = {}
    same: dict[frozenset[str], list[str]] = {}
    for row in rows:
        asked = words_of(_question(row)) if _is_long(row) else set()
        beyond.setdefault(row["reference"], set()).update(words[row["reference"]] - asked)
    for reference in sorted(long):
        for told in {frozenset(words[reference]), frozenset(beyond[reference])} - {frozenset()}:
            same.setdefault(told, []).append(reference)
    groups = [*alike(beyond, long), *alike(words, long), *same.values()]
    return [(places[group[0]], places[one]) for group in groups for one in group[1:]]


def _said(rows: list[Row]) -> list[Row]:
    """The rows, of long answers with whether each model says what was wanted."""
    asked: dict[str, list[Row]] = {}
    for row in rows:
        if _is_long(row) and row["task"] in (DEMONSTRATION, RETIRED):
            asked.setdefault(row["example_id"], []).append(row)
    found = dict(zip(asked, says_it([_long_answer(one) for one in asked.values()]), strict=True))
    return [row | {"says": found.get(row["example_id"], {}).get(row["model"])} for row in rows]


def _long_answer(rows: list[Row]) -> LongAnswer:
    said = {row["model"]: row["output"] for row in rows if row["found"]}
    return LongAnswer(_question(rows[0]), rows[0]["reference"], said, rows[0]["group"])


def _is_long(row: Row) -> bool:
    return bool(row["grader"] == LIKELIHOOD)


def _question(row: Row, which: slice = slice(None)) -> str:
    """What was said before the answer, or some of it."""
    return "\n".join(message["content"] for message in row["messages"][which])
