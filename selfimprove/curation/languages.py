"""py3langid's model, unpacked once into the user's cache folder: unpacking takes half a second, mapping it nothing."""

import json
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from selfimprove.privacy.automaton import folder

TABLES = ("scores", "moves")  # what is mapped, 70 MB: of a text's language only the pages it needs are read


def identifier() -> Any:
    """A `LanguageIdentifier` that gives probabilities; where nothing can be kept, unpacked for this process alone."""
    kept = folder() / f"languages-{version('py3langid')}"
    try:
        return _read(kept)
    except (OSError, EOFError, ValueError, KeyError):
        pass  # the first time, another version, or damaged
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    unpacked = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    _keep(kept, unpacked)
    return unpacked


def _read(kept: Path) -> Any:
    from py3langid.langid import LanguageIdentifier

    rest = json.loads((kept / "rest.json").read_text())
    tables = {name: np.load(kept / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in TABLES}
    if {name: list(table.shape) for name, table in tables.items()} != rest["shapes"]:
        raise ValueError
    return LanguageIdentifier(
        np.asarray(tables["scores"]), np.array(rest["priors"], np.float32), rest["languages"],
        np.asarray(tables["moves"]).data, rest["features"], norm_probs=True, tk_row=rest["rows"],
    )  # fmt: skip


def _keep(kept: Path, unpacked: Any) -> None:
    """Write it whole or not at all, for several processes may come here at once; versions before it go."""
    tables = {"scores": unpacked.nb_ptc, "moves": np.asarray(unpacked.tk_nextmove)}
    rest = {
        "shapes": {name: list(table.shape) for name, table in tables.items()},
        "priors": unpacked.nb_pc.tolist(),
        "languages": unpacked.nb_classes,
        "features": unpacked.tk_output,
        "rows": list(unpacked.tk_row),
    }
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, ignore_cleanup_errors=True) as made:
            for name, table in tables.items():
                np.save(Path(made, f"{name}.npy"), table, allow_pickle=False)
            Path(made, "rest.json").write_text(json.dumps(rest))
            for old in kept.parent.glob("languages-*"):
                shutil.rmtree(old, ignore_errors=True)
            os.rename(made, kept)
    except OSError:
        return
