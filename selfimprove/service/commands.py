"""`selfimprove service …`"""

import json
import os
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import click

from selfimprove.settings import current

if TYPE_CHECKING:
    from selfimprove.service.plan import Plan

@click.group()
def service() -> None:
    """Start everything at login, and keep the machine awake for the night.

    Example: selfimprove service status
    """


@service.command(name="install")
@click.option("--morning", type=click.DateTime(["%H:%M"]), help="When a night must be over.  [at first: 07:00]")
@click.option("--dry-run", is_flag=True, help="Print the files, and write none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def install_(morning: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Have the system run `selfimprove up` at login and again when it fails: launchd on macOS, systemd on Linux.

    Before each night the machine is kept awake, on a Mac with its display asleep, and what of a night still runs in the
    morning is ended; a training goes on from there. Settings are carried as they are now. Doing it again changes what
    has changed.

    Example: selfimprove service install --morning 06:30 --dry-run
    """
    from selfimprove.service import install

    kind, now = install.system(), datetime.now(UTC)
    planned = _plan(morning.time() if morning else install.morning(kind))
    if dry_run:
        return _print([(str(file.path), file.content) for file in kind.files(planned, now)], as_json)
    done = install.install(planned, now, kind)
    told = {"changed": [*map(str, done.changed)], "files": [*map(str, done.files)], "notes": done.notes}
    lines = [*(f"Written: {path}" for path in done.changed), *done.notes] if done.changed else ["Nothing changed."]
    click.echo(json.dumps(told) if as_json else "\n".join(lines))
    return None


@service.command(name="uninstall")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def uninstall_(dry_run: bool, as_json: bool) -> None:
    """Stop what the system runs and remove its files; the house and its data stay.

    Example: selfimprove service uninstall
    """
    from selfimprove.service import install

    kind, now = install.system(), datetime.now(UTC)
    planned = _plan(install.morning(kind))
    if dry_run:
        gone = [str(file.path) for file in kind.files(planned, now) if file.path.exists()]
    else:
        gone = [*map(str, install.uninstall(planned, now, kind).changed)]
    word = "Would be removed" if dry_run else "Removed"
    told = "\n".join(f"{word}: {path}" for path in gone) or "Nothing was installed."
    click.echo(json.dumps({"removed": gone, "dry_run": dry_run}) if as_json else told)


@service.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def status_(as_json: bool) -> None:
    """Whether the services are installed as the settings are now, and whether the system runs them.

    Example: selfimprove service status --json
    """
    from selfimprove.service import install

    kind = install.system()
    rows = install.status(_plan(install.morning(kind)), datetime.now(UTC), kind)
    click.echo(json.dumps(rows) if as_json else "\n".join(map(_line, rows)))


@service.command(name="morning")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def morning_(as_json: bool) -> None:
    """End what of a night still runs; the services call it each morning. A training goes on from there the next night.

    Example: selfimprove service morning
    """
    from selfimprove import night

    ended = night.break_off(current())
    told = "What was left of the night was ended." if ended else "No night was under way."
    click.echo(json.dumps({"ended": ended}) if as_json else told)


def _plan(morning: time) -> "Plan":
    from selfimprove.service.plan import plan

    return plan(current(), os.environ, morning)


def _print(files: list[tuple[str, str]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"file": path, "content": content} for path, content in files]))
    else:
        click.echo("\n".join(f"# {path}\n{content}" for path, content in files))


def _line(row: dict[str, Any]) -> str:
    if not row["installed"]:
        return f"{row['file']}: not installed; `selfimprove service install` does"
    state = "runs" if row["running"] else f"does not run, or did not do its work; `{row['why']}` tells more"
    return f"{row['file']}: {state}" + ("" if row["current"] else "; settings have changed, install it again")
