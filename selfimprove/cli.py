"""`selfimprove …`: the rooms' commands in one tree; the one place that prints errors."""

import errno
import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from selfimprove import postgres
from selfimprove.errors import SelfImproveError
from selfimprove.settings import current

ROOMS = (
    "models", "chats", "privacy", "curation", "critiques", "datasets", "adapters", "evals", "promotion",
    "experiments", "reports",
)
# where a command that is not of this file lives
PLACES = {
    **{room: room for room in ROOMS}, "forget": "forgetting", "gateway": "gateway", "tokens": "gateway", "chat": "talk",
    "service": "service",
}
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
GUESTS = {"evals": ("compare", "promotion")}  # commands of a group that a later room's rules carry out


class Tree(click.Group):
    """The commands of this file, and each room's group, imported when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names in the order data flows, this file's own first."""
        return [*super().list_commands(context), *PLACES]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """A command of this file, or a room's group."""
        if name not in PLACES:
            return super().get_command(context, name)
        command: click.Command = _of_room(PLACES[name], name)
        if name in GUESTS and isinstance(command, click.Group):
            guest, room = GUESTS[name]
            command.add_command(_of_room(room, guest))
        return command


def _of_room(room: str, name: str) -> Any:
    return getattr(importlib.import_module(f"selfimprove.{room}.commands"), name)


@click.group(cls=Tree, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="selfimprove")
def tree() -> None:
    """A local language model that learns from its own conversations every night.

    Example: selfimprove night --sample
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: runs a command, prints a SelfImproveError as one line, exits with its code."""
    try:
        try:
            tree.main(args=arguments, prog_name="selfimprove", standalone_mode=False)
        finally:
            postgres.release()
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except SelfImproveError as exc:
        note(f"Error: {exc}")
        sys.exit(exc.exit_code)
    except OSError as exc:
        if exc.errno not in FULL:
            raise
        note(f"Error: what it is written to is full ({exc.strerror}). Make room there, then run it again.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more on its way out
        sys.exit(1)


def note(text: str) -> None:
    """A line for the person, on standard error."""
    click.echo(text, err=True)


@tree.command()
def up() -> None:
    """Run Postgres, Dagster's web interface, its daemon and the gateway until Ctrl-C.

    Example: SELFIMPROVE_PORT=3100 selfimprove up
    """
    from selfimprove import stack

    stack.up(current(), note)


@tree.command()
def down() -> None:
    """Stop everything of this house.

    Example: selfimprove down
    """
    from selfimprove import stack

    note("Stopped." if stack.down(current()) else "Nothing was running.")


@tree.command()
@click.option("--sample", is_flag=True, help="Load the sample chats first when there are no chats at all.")
@click.option("--set", "changes", multiple=True, metavar="ASSET.FIELD=VALUE", help="Change an asset's config tonight.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def night(sample: bool, changes: tuple[str, ...], as_json: bool) -> None:
    """Run one whole night now. Exits 0 promoted, waiting or nothing to learn; 3 rejected, 4 unsure, 1 failed.

    Example: selfimprove night --sample

    Example: selfimprove night --set lora_adapter.learning_rate=0.0001 --set training_dataset.replay=2000
    """
    from selfimprove import changes as changes_
    from selfimprove import night as night_

    outcome = night_.spend(current(), note, sample=sample, config=changes_.read(changes))
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
    else:
        click.echo(f"{outcome.sentence}\nMorning report: {outcome.url}")
    sys.exit(outcome.exit_code)


@tree.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """What runs, what the last night did, and when the next one is.

    Example: selfimprove status --json
    """
    from selfimprove import status

    state = status.look(current())
    click.echo(json.dumps(state) if as_json else status.told(state))


@tree.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a list of checks as JSON.")
def doctor_(as_json: bool) -> None:
    """What is wrong with this machine or house, each with the next step. Exits 1 when something is.

    Example: selfimprove doctor
    """
    from selfimprove import doctor

    findings = doctor.examine(current())
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings]))
    else:
        click.echo("\n".join(str(finding) for finding in findings))
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


@tree.command()
def env() -> None:
    """Print the exports that make plain `dagster …` commands work on this house; its database stays up.

    Example: eval "$(selfimprove env)" && dagster asset list
    """
    import shlex

    from selfimprove import house

    house.prepare(current())
    exports = {**house.environment(current()), "DAGSTER_MODULE_NAME": "selfimprove.definitions"}
    for name, value in exports.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    postgres.STARTED.clear()
