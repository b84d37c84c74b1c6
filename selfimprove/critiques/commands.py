"""`selfimprove critiques …`: how good answers were, and why."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group()
def critiques() -> None:
    """How good each answer was: its score and the evidence.

    Example: selfimprove critiques list --day 2026-01-31
    """


@critiques.command(name="list")
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Which day's answers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_(day: datetime, as_json: bool) -> None:
    """A day's answers by score, the worst first.

    Example: selfimprove critiques list --day 2026-01-31 --json
    """
    from selfimprove import postgres
    from selfimprove.critiques import table
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        rows = table.of_day(connection, day.date())
    _print(rows, as_json)
    click.echo(f"{len(rows)} answers on {day.date()}.", err=True)


@critiques.command()
@click.argument("chat")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def show(chat: str, as_json: bool) -> None:
    """The scores and evidence of one CHAT, by the start of its id.

    Example: selfimprove critiques show 3f2a
    """
    from selfimprove import postgres
    from selfimprove.critiques import table
    from selfimprove.errors import CritiqueMissing
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        rows = table.of_chat(connection, chat)
    if not rows:
        raise CritiqueMissing(chat=chat)
    _print(rows, as_json)


@critiques.command()
@click.argument("chat")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def explain(chat: str, as_json: bool) -> None:
    """What each piece of evidence added to the scores of one CHAT, by the start of its id, in log-odds.

    Example: selfimprove critiques explain 3f2a
    """
    import orjson

    from selfimprove import postgres
    from selfimprove.critiques import explain, table
    from selfimprove.errors import CritiqueMissing
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        rows = table.of_chat(connection, chat)
        by = {row["calibration"]: table.calibration(connection, row["calibration"]) for row in rows}
    if not rows:
        raise CritiqueMissing(chat=chat)
    found = [explain.explained(row, by[row["calibration"]]) for row in rows]
    click.echo(orjson.dumps(found).decode() if as_json else "\n\n".join(map(explain.say, found)))


@critiques.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def calibration(as_json: bool) -> None:
    """What scores rest on now: ratings, weights, how good they are, judges and sources of feedback.

    Example: selfimprove critiques calibration
    """
    import orjson

    from selfimprove import postgres
    from selfimprove.critiques import explain, table
    from selfimprove.critiques.calibration import of_prior
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        found = table.calibration(connection) or of_prior()
    click.echo(orjson.dumps(found.as_json()).decode() if as_json else explain.describe(found))


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    import orjson

    if as_json:
        click.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        why = "; ".join(_reasons(row["evidence"])) or "nothing to remark"
        click.echo(f"{row['score']:.2f}  {row['chat_id'][:12]}  answer {row['position']}  {why}")


def _reasons(evidence: dict[str, Any]) -> "Iterator[str]":
    """The evidence in words, what people said first."""
    for said in evidence["explicit"]:
        value = "" if said["value"] is None else f" {said['value']:+g}"
        yield f"{said['kind']}{value} from {said['source']}"
    if evidence["implicit"]:
        yield f"{evidence['implicit']['kind']} in the next turn"
    for finding in evidence["findings"]:
        yield finding["reason"]
    if evidence["judge"]:
        yield f"judge {evidence['judge']['score']:g}/5"
    if evidence["confidence"]:
        yield f"confidence {evidence['confidence']['mean_logprob']:.2f}"
