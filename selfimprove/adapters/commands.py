"""`selfimprove adapters …`"""

import sys
from contextlib import AbstractContextManager

import click

from selfimprove import postgres
from selfimprove.settings import current


def _connect() -> AbstractContextManager[postgres.Connection]:
    return postgres.of_house(current())


@click.group()
def adapters() -> None:
    """What each night learned.

    Example: selfimprove adapters list
    """


@adapters.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(as_json: bool) -> None:
    """Every adapter, the newest first.

    Example: selfimprove adapters list --json
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        rows = table.overview(connection)
    click.echo(show.as_json([show.summary(row) for row in rows]) if as_json else show.table(rows))


@adapters.command(name="show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_(id: str, as_json: bool) -> None:
    """How an adapter was trained, from what, and how that went.

    Example: selfimprove adapters show 9c41
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        adapter = table.read(connection, id)
    click.echo(show.as_json(adapter) if as_json else show.words(adapter))


@adapters.command()
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def verify(id: str | None, as_json: bool) -> None:
    """Compare every file of one adapter, or of all, with its hash. Exits 1 when one is not what was trained.

    Example: selfimprove adapters verify
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        chosen = [table.read(connection, id)] if id else table.every(connection)
    found = [show.verified(adapter) for adapter in chosen]
    click.echo(show.as_json(found) if as_json else show.verdicts(found))
    sys.exit(0 if all(row["ok"] for row in found) else 1)
