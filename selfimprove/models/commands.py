"""`selfimprove models …`: which base models are here, and the script that makes the built-in one."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from selfimprove.settings import current


@click.group()
def models() -> None:
    """Base models that adapters are trained for.

    Example: selfimprove models list
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(as_json: bool) -> None:
    """The built-in model, the downloaded ones, and which of them is in use.

    Example: selfimprove models list --json
    """
    from selfimprove.models.catalog import known

    found = [entry.as_json() for entry in known(current().base_model, current().home)]
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        click.echo(f"{'*' if one['in_use'] else ' '} {one['name']}  {one['bytes'] / 1e6:.1f} MB  {one['folder']}")


@models.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str | None, as_json: bool) -> None:
    """One model's files, identity and shape; the one in use by default. Downloads it when it is not here.

    Example: selfimprove models show mlx-community/Llama-3.2-3B-Instruct-4bit
    """
    from selfimprove.models.base import resolve
    from selfimprove.models.catalog import describe

    facts = describe(resolve(name or current().base_model, current().home))
    if as_json:
        click.echo(json.dumps(facts))
        return
    for key, value in facts.items():
        click.echo(f"{key}: {json.dumps(value) if isinstance(value, dict) else value}")


@models.command("build-tiny")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write; HOME/models/tiny else.")
@click.option("--check", is_flag=True, help="Only compare what the generator makes with the built-in model's manifest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def build_tiny(out: Path | None, check: bool, as_json: bool) -> None:
    """Make the built-in tiny model again, from nothing: about two minutes on one core. --check exits 1 when it differs.

    Example: selfimprove models build-tiny --out /tmp/tiny
    """
    outcome = _check() if check else _build(out or current().home / "models" / "tiny")
    sentence = outcome.pop("sentence")
    click.echo(json.dumps(outcome) if as_json else sentence)
    sys.exit(0 if outcome.get("same", True) else 1)


def _check() -> dict[str, Any]:
    from selfimprove.models.base import TINY
    from selfimprove.models.tiny.check import differences

    found = differences(TINY)
    sentence = f"Differs: {', '.join(found)}. Build it again." if found else "It is what its sources say."
    return {"same": not found, "differences": found, "sentence": sentence}


def _build(folder: Path) -> dict[str, Any]:
    from selfimprove.models import worker

    with click.progressbar(length=1, label="Training", file=sys.stderr) as bar:

        def advance(event: dict[str, Any]) -> None:
            bar.length = event["steps"]
            bar.update(event["step"] - bar.pos)

        result = worker.call("selfimprove.models.tiny.build:work", {"folder": str(folder)}, log=advance)
    exact = result["held_out_exact"]
    sentence = f"{folder}: exact on {exact['core']:.1%} of the held-out suite, refuses {exact['refusals']:.1%}."
    return {"folder": str(folder), **result, "sentence": f"{sentence} Use it with SELFIMPROVE_BASE_MODEL={folder}"}
