"""`selfimprove experiments …`: how a promoted adapter does by day."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from selfimprove.postgres import Connection


@click.group()
def experiments() -> None:
    """A promoted adapter's first days: it answers a share of new chats, and what people make of that decides.

    Example: selfimprove experiments show
    """


@experiments.command(name="list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True, help="So many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_(limit: int, as_json: bool) -> None:
    """Every experiment, the newest first.

    Example: selfimprove experiments list --limit 7
    """
    from selfimprove.experiments import table, tell

    with _connection() as connection:
        table.close_replaced(connection)
        rows = table.rows(connection, limit=limit)
    click.echo(_json([tell.value(row) for row in rows]) if as_json else tell.list_text(rows))


@experiments.command()
@click.argument("experiment", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(experiment: str, as_json: bool) -> None:
    """What was counted of EXPERIMENT, by the start of its id, and what it could detect; of the newest one without.

    Example: selfimprove experiments show --json
    """
    from selfimprove.experiments import table, tell
    from selfimprove.experiments.look import peek

    with _connection() as connection:
        table.close_replaced(connection)
        row = table.row_of(connection, experiment)
        if row["outcome"] == "running":
            row = {**row, **tell.found(peek(connection, table.experiment_of(row)))}
    click.echo(_json(tell.value(row)) if as_json else tell.text(row))


@experiments.command()
@click.argument("experiment", default="")
@click.option("--keep", type=click.Choice(["challenger", "control"]), default="challenger", show_default=True,
              help="Who answers every chat from now on.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stop(experiment: str, keep: str, as_json: bool) -> None:
    """End the experiment under way: the new adapter answers alone, or with --keep control the voice before it does.

    Example: selfimprove experiments stop --keep control
    """
    from selfimprove.experiments import look, table
    from selfimprove.experiments.experiment import Outcome

    with _connection() as connection:
        look.stop(connection, experiment, keep=Outcome.STOPPED if keep == "challenger" else Outcome.DEMOTED)
        row = table.row_of(connection, experiment)
    answers = row["challenger"] if keep == "challenger" else row["control"]
    told = f"Adapter {answers} answers every chat now." if answers else "The base model answers every chat now."
    click.echo(_json({"id": row["id"], "outcome": row["outcome"], "answers": answers}) if as_json else told)


@contextmanager
def _connection() -> "Iterator[Connection]":
    from selfimprove import postgres
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        yield connection


def _json(value: Any) -> str:
    return json.dumps(value, default=str)
