"""Whether the weights of a folder are those that its sources and manifest tell of, or as good as others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from selfimprove.privacy.names.corpus import make
from selfimprove.privacy.names.weights import FOLDER, encoder_digest, manifest

TOLERANCE = 0.01  # of F2; one processor and one set of versions give the same bytes, others round otherwise


def strays(made: Path, shipped: Path = FOLDER) -> list[str]:
    """What sets one made anew apart from the shipped: "encoder", "corpora", "plan", or "f2" beyond TOLERANCE."""
    here, there = manifest(made), manifest(shipped)
    found = [name for name in ("encoder", "corpora", "plan") if here[name] != there[name]]
    limit = str(there["threshold"])
    apart = abs(here["validation"][limit]["f2"] - there["validation"][limit]["f2"])
    return [*found, "f2"] if apart > TOLERANCE else found


def differences(folder: Path, *, corpus: bool = True) -> list[str]:
    """What differs from the manifest: "encoder", "corpus" (which is generated anew for that), or a file's name."""
    return list(_differences(folder, corpus))


def _differences(folder: Path, corpus: bool) -> Iterator[str]:
    said = manifest(folder)
    if said["encoder"]["sha256"] != encoder_digest():
        yield "encoder"
    if corpus and said["corpora"][0]["sha256"] != make.digest(make.training(said["plan"]["texts"])):
        yield "corpus"
    for name, digest in said["sha256"].items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield name
