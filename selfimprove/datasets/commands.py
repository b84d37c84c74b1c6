"""`selfimprove datasets …`"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

import click

from selfimprove import postgres
from selfimprove.settings import current


def _connect() -> AbstractContextManager[postgres.Connection]:
    return postgres.of_house(current())


@click.group()
def datasets() -> None:
    """What each night trained on.

    Example: selfimprove datasets list
    """


@datasets.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(as_json: bool) -> None:
    """Every dataset, the newest first.

    Example: selfimprove datasets list --json
    """
    from selfimprove.datasets import show, table

    with _connect() as connection:
        rows = table.overview(connection)
    click.echo(show.as_json([show.summary(row) for row in rows]) if as_json else show.table(rows))


@datasets.command(name="show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON object.")
def show_(id: str, as_json: bool) -> None:
    """A dataset's manifest: its splits, what was left out and why, and how it was made.

    Example: selfimprove datasets show 3fa9
    """
    from selfimprove.datasets import show, table

    with _connect() as connection:
        dataset = table.read(connection, id)
    click.echo(show.as_json({"id": dataset.id, **dataset.manifest}) if as_json else show.manifest(dataset))


@datasets.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def practice(id: str, as_json: bool) -> None:
    """What a dataset practises again, and why each was drawn: what was lost that it is like, or the lot.

    Example: selfimprove datasets practice 3fa9
    """
    from selfimprove.datasets import show, table

    with _connect() as connection:
        rows = table.practised(connection, table.read(connection, id).id)
    click.echo(show.as_json(rows) if as_json else show.practice(rows))


@datasets.command(name="export")
@click.argument("id")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export_(id: str, folder: Path) -> None:
    """Write a dataset as mlx-lm reads it: train.jsonl, valid.jsonl, and manifest.json.

    Example: selfimprove datasets export 3fa9 /tmp/tonight
    """
    from selfimprove.datasets import export, table

    with _connect() as connection:
        dataset = table.read(connection, id)
    click.echo(export.export(dataset, folder.resolve()))


@datasets.command(name="routes")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def routes_(as_json: bool) -> None:
    """Where each lesson belongs, in a memory, in the weights or nowhere, and why.

    Example: selfimprove datasets routes --json
    """
    from selfimprove.datasets import show
    from selfimprove.datasets.routes import table

    with _connect() as connection:
        rows = table.listed(connection)
    click.echo(show.as_json(rows) if as_json else show.routes(rows))


@datasets.command()
@click.argument("example")
@click.argument("where", type=click.Choice(["memory", "weights", "nowhere"]))
def route(example: str, where: Literal["memory", "weights", "nowhere"]) -> None:
    """Say where the lesson of an example belongs; it counts from the next night on, and is learned from.

    Example: selfimprove datasets route 3fa9 memory
    """
    from selfimprove.datasets import memories
    from selfimprove.datasets.routes import table
    from selfimprove.evals.grading import embed_apart

    with _connect() as connection:
        lesson = table.overrule(connection, example, where)
        if where == "memory":
            memories.remember(connection, [(lesson, embed_apart([memories.key(lesson.question, lesson.fact)])[0])])
    click.echo(f"{lesson.example_id} belongs {table.PLACES[where]}.")


@datasets.command(name="memories")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.argument("question", required=False)
def memories_(question: str | None, as_json: bool) -> None:
    """The facts that are remembered instead of trained, or those that are nearest to a question.

    Example: selfimprove datasets memories "Where is the spare key?"
    """
    from dataclasses import asdict

    from selfimprove.datasets import memories, show
    from selfimprove.evals.grading import embed_apart
    from selfimprove.privacy.redact import redact

    with _connect() as connection:
        rows = memories.listed(connection)
        if question and rows:
            vector = embed_apart(redact([question]).texts)[0]
            rows = [asdict(one) for one in memories.nearest(connection, vector)]
    click.echo(show.as_json(rows) if as_json else show.facts(rows))
