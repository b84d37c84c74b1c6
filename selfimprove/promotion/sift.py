"""Which of a report's questions decide, and which of them go together; one row is one model on one example."""

from typing import Any

from selfimprove.evals.task import LIKELIHOOD
from selfimprove.promotion.evidence import DEMONSTRATION, OUTDATED, RETIRED, TARGET
from selfimprove.promotion.outdated import outdated
from selfimprove.promotion.together import together
from selfimprove.promotion.token_recall import LongAnswer, alike, says_it

Row = dict[str, Any]
OWN = (*TARGET, DEMONSTRATION, RETIRED, "golden")


def sift(rows: list[Row], most: float) -> list[Row]:
    """The rows by task, each with its "group", None of a suite; held-out items test a gain on fewer nights than `most`.

    What does not test a gain any more goes to a task of its own. "says" is whether a model says a long answer, 1 or 0.
    """
    return _said(_grouped(_outdated(_demonstrated(_retired(rows, most)))))


def _demonstrated(rows: list[Row]) -> list[Row]:
    """Long answers, which no grader compares, are a task of their own."""
    are_long = [row["task"] in TARGET and row["grader"] == LIKELIHOOD for row in rows]
    long = [row | {"task": DEMONSTRATION} for row, is_long in zip(rows, are_long, strict=True) if is_long]
    return [row for row, is_long in zip(rows, are_long, strict=True) if not is_long] + long


def _retired(rows: list[Row], most: float) -> list[Row]:
    """Held-out items that tested on that many nights go to a task of their own, which stands last.

    On none at all may they test an adapter whose recipe or checkpoint they chose.
    """
    worn = [row | {"task": RETIRED} for row in rows if row["task"] == "holdout" and row["uses"] >= most]
    return [row for row in rows if row["task"] != "holdout" or row["uses"] < most] + worn


def _outdated(rows: list[Row]) -> list[Row]:
    """Questions that a later one of the report answers otherwise go to a task of their own, which stands last."""
    asked = {row["example_id"]: row for row in rows if row["task"] in (*TARGET, DEMONSTRATION, RETIRED)}
    are_old = outdated([row["reference"] for row in asked.values()], [row["said_at"] for row in asked.values()])
    old = {name for name, is_old in zip(asked, are_old, strict=True) if is_old}
    kept = [row for row in rows if row["example_id"] not in old]
    return kept + [row | {"task": OUTDATED} for row in rows if row["example_id"] in old]


def _grouped(rows: list[Row]) -> list[Row]:
    """The owner's questions with the group that each belongs to; of the suites a slice is all there is."""
    own = [row for row in rows if row["task"] in OWN]
    places = {row["reference"]: at for at, row in enumerate(own)}
    long = {row["reference"] for row in own if row["grader"] == LIKELIHOOD}
    pairs = [(places[one], places[other]) for one, other in alike(places) if {one, other} & long] if long else []
    names = together([row["slice"] for row in own], [row["reference"] for row in own], pairs)
    groups = {row["example_id"]: name for row, name in zip(own, names, strict=True)}
    return [row | {"group": groups.get(row["example_id"])} for row in rows]


def _said(rows: list[Row]) -> list[Row]:
    """The rows, of long answers with whether each model says what was wanted."""
    asked: dict[str, list[Row]] = {}
    for row in rows:
        if row["grader"] == LIKELIHOOD and row["task"] in (DEMONSTRATION, RETIRED):
            asked.setdefault(row["example_id"], []).append(row)
    found = dict(zip(asked, says_it([_long_answer(one) for one in asked.values()]), strict=True))
    return [row | {"says": found.get(row["example_id"], {}).get(row["model"])} for row in rows]


def _long_answer(rows: list[Row]) -> LongAnswer:
    question = "\n".join(message["content"] for message in rows[0]["messages"])
    said = {row["model"]: row["output"] for row in rows if row["found"]}
    return LongAnswer(question, rows[0]["reference"], said, rows[0]["group"])
