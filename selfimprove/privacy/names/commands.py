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
@click.option("--check", is_flag=True, help="Only compare the sources with the manifest, and --out with what ships.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def build_tagger(out: Path | None, wnut: Path | None, check: bool, as_json: bool) -> None:
    """Make the tagger of names again: about ten minutes on one idle core. --check exits 1 when it differs.

    The same versions on the same processor give the same bytes; others agree within 0.01 of F2 on validation texts.

    Example: selfimprove privacy build-tagger --out /tmp/names --wnut ~/data/privacy
    """
    from selfimprove.settings import current

    outcome = _check(out) if check else _build(out or current().home / "models" / "names", wnut)
    sentence = outcome.pop("sentence")
    click.echo(json.dumps(outcome) if as_json else sentence)
    sys.exit(0 if outcome.get("same", True) else 1)


def _check(made: Path | None) -> dict[str, Any]:
    from selfimprove.privacy.names.check import differences, strays
    from selfimprove.privacy.names.weights import FOLDER

    found = [*differences(made or FOLDER), *(strays(made) if made else [])]
    same = "It is what its sources say." if made is None else "It is what its sources say, and as good as the shipped."
    sentence = f"Differs: {', '.join(found)}. Build it again." if found else same
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
