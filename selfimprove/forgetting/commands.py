"""`selfimprove forget`: take chats back, with all that came of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfimprove.options import Text

if TYPE_CHECKING:
    from selfimprove.forgetting.receipt import Receipt
    from selfimprove.forgetting.select import Wish
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault
    from selfimprove.settings import Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option(
    "--chat", type=Text(), metavar="ID", help="One chat, by its id or the beginning of it, in all its states."
)  # fmt: skip
@click.option("--user", type=Text(), metavar="REF", help="Every chat of a person, as their chats' source calls them.")
@click.option(
    "--matching", type=Text(), metavar="TEXT",
    help='Every chat in which this was said; "-" reads it from standard input.',
)  # fmt: skip
@click.option("--before", type=DAY, metavar="YYYY-MM-DD", help="Every chat of the days before this one.")
@click.option("--copies", is_flag=True, help="And whatever else says the same, or nearly: a dry run tells how many.")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the receipt.")
def forget(copies: bool, dry_run: bool, yes: bool, as_json: bool, **selectors: Any) -> None:
    """Take chats back for ever: in every room, with their datasets' and adapters' files; a clean model answers at once.

    Give one of --chat, --user, --matching and --before. The next night learns again without them. Where nobody is at a
    terminal to say yes, it wants --yes.

    Example: selfimprove forget --matching "my old address" --dry-run
    """
    from selfimprove.errors import ForgetUnconfirmed
    from selfimprove.settings import current

    if not (dry_run or yes or sys.stdin.isatty()):
        raise ForgetUnconfirmed
    wish = _wish(selectors, copies)
    with _house(current()) as (connection, vault):
        if not (dry_run or yes):
            _confirm(connection, vault, wish)
        receipt, file = _forget(connection, vault, wish, current(), dry_run)
    _tell(receipt, file, dry_run, as_json)


def _wish(selectors: dict[str, Any], copies: bool) -> Wish:
    from typing import cast

    from selfimprove.forgetting.receipt import Selector
    from selfimprove.forgetting.select import Wish
    from selfimprove.privacy import encoding

    given = {name: value for name, value in selectors.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("Give one of --chat, --user, --matching and --before.")
    [(selector, value)] = given.items()
    if isinstance(value, datetime):
        value = value.date().isoformat()
    if (selector, value) == ("matching", "-"):  # read as bytes: what was decoded wrongly is nowhere, and would stay
        value = encoding.text(sys.stdin.buffer.read()).strip()
    return Wish(cast("Selector", selector), value, copies)


@contextmanager
def _house(settings: Settings) -> Iterator[tuple[Connection, Vault]]:
    from zoneinfo import ZoneInfo

    from selfimprove import postgres
    from selfimprove.gateway.archive import store_waiting
    from selfimprove.privacy.vault import Vault

    with postgres.of_house(settings) as connection:
        vault = Vault.open(settings.home, connection)
        connection.commit()
        # what was said a moment ago, or while the database was down, can be found only once it is stored
        store_waiting(settings.home, lambda: postgres.of_house(settings), ZoneInfo(settings.timezone))
        yield connection, vault


def _confirm(connection: Connection, vault: Vault, wish: Wish) -> None:
    from selfimprove.forgetting.carry_out import sentence
    from selfimprove.forgetting.forget import forget as forget_

    receipt = forget_(connection, vault, wish, datetime.now(UTC), dry_run=True)
    if receipt:
        click.echo(sentence(receipt, dry_run=True), err=True)
        click.confirm("Forget it for ever?", abort=True, err=True)


def _forget(
    connection: Connection, vault: Vault, wish: Wish, settings: Settings, dry_run: bool
) -> tuple[Receipt | None, Path | None]:
    from selfimprove import stack
    from selfimprove.forgetting.carry_out import carry_out, refuse_while_a_night_runs
    from selfimprove.forgetting.forget import forget as forget_

    if dry_run:
        return forget_(connection, vault, wish, datetime.now(UTC), dry_run=True), None
    if stack.supervisor(settings):
        refuse_while_a_night_runs(connection)
    done = carry_out(connection, vault, wish, settings.home, datetime.now(UTC))
    for line in done.left if done else ():
        click.echo(line, err=True)
    return (done.receipt, done.file) if done else (None, None)


def _tell(receipt: Receipt | None, file: Path | None, dry_run: bool, as_json: bool) -> None:
    from selfimprove.forgetting.carry_out import sentence

    if as_json:
        import orjson

        told = receipt.as_json() if receipt else {"counts": {"chats": 0}, "datasets": [], "adapters": []}
        click.echo(orjson.dumps({**told, "dry_run": dry_run, "file": str(file) if file else None}))
    elif receipt is None:
        click.echo("No chat fits; nothing was forgotten.")
    else:
        click.echo(sentence(receipt, dry_run=dry_run) + (f"\nReceipt: {file}" if file else ""))
