"""Put the suites of real models together: python -m selfimprove.evals.making.build [FOLDER]."""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selfimprove.evals.making import facts, forms, instructions, programs, recall, refusals, sums
from selfimprove.evals.making.item import each, several
from selfimprove.models.base import SUITES

WRITTEN = Path(__file__).parent


def core() -> Iterator[dict[str, Any]]:
    """Every item of the core suite: by hand first, then by template."""
    yield from _written("core")
    yield from several("instruction", instructions.TEMPLATES, 7)
    yield from several("format", forms.TEMPLATES, 7)
    yield from several("arithmetic", sums.TEMPLATES, 7)
    yield from each("fact", facts.items())
    yield from each("code", programs.items())
    yield from several("recall", recall.TEMPLATES, 12)


def refused() -> Iterator[dict[str, Any]]:
    """Every item of the refusal suite."""
    yield from _written("refusals")
    yield from each("refusal", refusals.items())


def build(folder: Path) -> dict[str, Any]:
    """Write the suites and their manifest, which freezes them; `replay.jsonl` is written by hand and only hashed."""
    _write(folder / "core.jsonl", core())
    _write(folder / "refusals.jsonl", refused())
    files = [file for name in ("core", "refusals", "replay") if (file := folder / f"{name}.jsonl").is_file()]
    manifest = {
        "made_by": "python -m selfimprove.evals.making.build",
        "examples": {file.stem: len(file.read_bytes().splitlines()) for file in files},
        "sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def _written(suite: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, (WRITTEN / f"{suite}.jsonl").read_text().splitlines())


def _write(file: Path, lines: Iterator[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SUITES)
