"""Whether a built tiny model is the one that its sources and manifest tell of."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from selfimprove.models.tiny.build import corpus_hash, generator_hash
from selfimprove.models.training import Plan


def differences(folder: Path) -> list[str]:
    """What differs from the manifest: "generator", "corpus", or a file's name."""
    return list(_differences(folder))


def _differences(folder: Path) -> Iterator[str]:
    manifest = json.loads((folder / "manifest.json").read_text())
    if manifest["generator"] != generator_hash(Plan(**manifest["plan"])):
        yield "generator"
    if manifest["corpus"] != corpus_hash():
        yield "corpus"
    for name, digest in manifest["sha256"].items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield name
