"""`selfimprove privacy build-tagger`: the script that makes the tagger of names."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click


@click.command("build-tagger")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to write; HOME/models/names else.")
@click.option(
    "--wnut",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with wnut_train.jsonl.gz and wnut_dev.jsonl.gz (CC BY 4.0); without it, from templates alone.",
)
@click.option("--check", is_flag=True, help="Only compare what is made from the sources with the shipped manifest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def build_tagger(out: Path | None, wnut: Path | None, check: bool, as_json: bool) -> None:
    """Make the tagger of names again: about ten minutes on one idle core. --check exits 1 when it differs.

    Example: selfimprove privacy build-tagger --out /tmp/names --wnut ~/data/privacy
    """
    from selfimprove.settings import current

    outcome = _check() if check else _build(out or current().home / "models" / "names", wnut)
    sentence = outcome.pop("sentence")
    click.echo(json.dumps(outcome) if as_json else sentence)
    sys.exit(0 if outcome.get("same", True) else 1)


def _check() -> dict[str, Any]:
    from selfimprove.privacy.names.check import differences
    from selfimprove.privacy.names.weights import FOLDER

    found = differences(FOLDER)
    sentence = f"Differs: {', '.join(found)}. Build it again." if found else "It is what its sources say."
    return {"same": not found, "differences": found, "sentence": sentence}


def _build(folder: Path, given: Path | None) -> dict[str, Any]:
    from selfimprove.models.worker import Worker

    job = {"folder": str(folder), "given": str(given) if given else None}
    with closing(Worker("torch")) as worker, click.progressbar(length=1, label="Training", file=sys.stderr) as bar:

        def advance(event: dict[str, Any]) -> None:
            bar.length = event["steps"]
            bar.update(event["step"] - bar.pos)

        made = worker.do("selfimprove.privacy.names.build:work", job, log=advance)
    chosen = made["validation"][str(made["threshold"])]
    sentence = f"{folder}: recall {chosen['recall']:.1%}, precision {chosen['precision']:.1%} on held-out sentences."
    return {"folder": str(folder), **made, "sentence": sentence}
