"""`selfimprove datasets …`"""

from contextlib import AbstractContextManager
from pathlib import Path

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
