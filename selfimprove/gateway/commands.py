"""`selfimprove gateway …` and `selfimprove tokens …`: the day's process, and who may talk to it."""

import json
from typing import Any

import click

from selfimprove import postgres
from selfimprove.settings import current


@click.group()
def gateway() -> None:
    """The day: the server that clients talk to."""


@gateway.command()
@click.option("--dagster", type=click.Path(), hidden=True, help="Serve the pages of this workspace at its address too.")
def run(dagster: str | None) -> None:
    """Answer clients in the foreground until Ctrl-C, without Dagster; `selfimprove up` does it beside everything else.

    Example: SELFIMPROVE_GATEWAY_PORT=4700 selfimprove gateway run
    """
    from selfimprove import day

    day.run(current(), with_dagster=dagster is not None)


@click.group()
def tokens() -> None:
    """Who may talk to the gateway: without any token, everybody on this machine and nobody else."""


@tokens.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(["chat", "feedback", "review", "admin"]),
    default=("chat", "feedback"), show_default=True, help="What it may; admin may everything.",
)
@click.option("--per-minute", default=600, show_default=True, type=click.IntRange(1, 1_000_000), help="Requests.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, scopes: tuple[Any, ...], per_minute: int, as_json: bool) -> None:
    """Make the token NAME and print it, this once. From the first one on nobody gets in without.

    Example: selfimprove tokens add phone --scope chat --scope feedback
    """
    from selfimprove.gateway import tokens

    with postgres.of_house(current()) as connection:
        id, text = tokens.add(connection, name, scopes, per_minute)
        tokens.remember(connection, current().home)
    if as_json:
        click.echo(json.dumps({"id": id, "name": name, "scopes": sorted(set(scopes)), "token": text}))
    else:
        click.echo("Keep it: it is not stored and cannot be shown again.", err=True)
        click.echo(text)


@tokens.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a list of JSON objects.")
def list_(as_json: bool) -> None:
    """Every token there ever was, without the token itself.

    Example: selfimprove tokens list
    """
    from selfimprove.gateway import tokens

    with postgres.of_house(current()) as connection:
        rows = tokens.listed(connection)
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        used = f"last used {row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never used"
        state = f"revoked {row['revoked_at']:%Y-%m-%d %H:%M}" if row["revoked_at"] else used
        click.echo(f"{row['id']}  {row['name']}  {', '.join(row['scopes'])}  {row['per_minute']} a minute  {state}")


@tokens.command()
@click.argument("given", metavar="TOKEN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def revoke(given: str, as_json: bool) -> None:
    """Let a token, named by id or name, in no more; within a second, and with the browsers that it let in.

    Example: selfimprove tokens revoke phone
    """
    from selfimprove.gateway import origin, tokens

    with postgres.of_house(current()) as connection:
        ids = tokens.revoke(connection, given)
    with postgres.of_house(current()) as connection:  # told when it holds: the gateway writes what it finds stored
        left = tokens.remember(connection, current().home)
    click.echo(json.dumps({"revoked": ids}) if as_json else f"Revoked: {', '.join(ids)}")
    if not left:
        host = origin.elsewhere(current())
        who = "nobody gets in" if host else "whoever is at this machine gets in, to everything"
        click.echo(f"No token is left: {who}.", err=True)
