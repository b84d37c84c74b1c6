"""A training that was broken off, on disk: all that decides its next step, so that it ends with the same bytes.

`state.json` names the file of arrays and its hash and carries its own; it is renamed into place after them, so that a
kill at any moment leaves the checkpoint before or the one after.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from selfimprove import disk
from selfimprove.errors import CheckpointCorrupt
from selfimprove.models.training import Plan, Training

STATE = "state.json"
KINDS = ("weights", "optimizer", "best")


@dataclass(frozen=True, slots=True)
class Segment:
    """How far to train: `seconds` in one go, `budget` seconds in all; its state is saved in `folder`, if there is one.

    `save_every`: so many seconds of work are lost to a kill.
    """

    folder: Path | None = None
    seconds: float = math.inf
    budget: float = math.inf
    save_every: float = math.inf


WHOLE = Segment()


@dataclass(slots=True)
class Run:
    """A training in memory: what is trained, by what, how it went, and the weights of the best evaluation."""

    model: Any
    optimizer: Any
    plan: Plan
    training: Training = field(default_factory=Training)
    best: dict[str, Any] = field(default_factory=dict)

    def keep_best(self, step: int) -> None:
        """Copy what is trained as it is now."""
        import mlx.core as mx

        self.best = {name: mx.array(value) for name, value in _leaves(self.model.trainable_parameters())}
        mx.eval(list(self.best.values()))
        self.training.best_step = step

    def take_best(self) -> None:
        """Give the model its best weights back; without any, the last are the best."""
        if self.best:
            self.model.load_weights(list(self.best.items()), strict=False)
        else:
            self.training.best_step = self.training.steps

    def arrays(self) -> dict[str, Any]:
        """All arrays that the next step depends on."""
        parts = (_leaves(self.model.trainable_parameters()), _leaves(self.optimizer.state), self.best.items())
        return {f"{kind}.{name}": value for kind, part in zip(KINDS, parts, strict=True) for name, value in part}


def write(folder: Path, run: Run) -> None:
    """Put a run's state into a folder, in place of the one before."""
    import mlx.core as mx

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft, weights = folder / "draft.safetensors", folder / f"{run.training.steps:08}.safetensors"
    mx.save_safetensors(str(draft), run.arrays())
    _settle(draft, weights)
    body = orjson.dumps({"file": weights.name, "sha256": _hash(weights), "plan": asdict(run.plan),
                         "training": asdict(run.training)})  # fmt: skip
    file = folder / "draft.json"
    file.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    _settle(file, folder / STATE)
    for other in folder.glob("*.safetensors"):
        if other != weights:
            other.unlink()


def read(folder: Path, run: Run) -> bool:
    """Bring a run to where it was broken off; false when there is nothing to go on from.

    Raises:
        CheckpointCorrupt: what is there is not what was written, or is of another training.
    """
    if not (folder / STATE).exists():
        return False
    body = _verified(folder)
    if body["plan"] != asdict(run.plan):
        raise CheckpointCorrupt(folder=folder, reason="it is of another plan")
    _restore(folder, run, _arrays(folder, body))
    training = body["training"]
    points = {name: [tuple(point) for point in training[name]] for name in ("losses", "validation")}
    run.training = Training(**{**training, **points})
    return True


def _verified(folder: Path) -> dict[str, Any]:
    digest, _, body = (folder / STATE).read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise CheckpointCorrupt(folder=folder, reason=f"{STATE} is damaged")
    found: dict[str, Any] = orjson.loads(body)
    return found


def _arrays(folder: Path, body: dict[str, Any]) -> dict[str, Any]:
    import mlx.core as mx

    file = folder / body["file"]
    if not file.is_file() or _hash(file) != body["sha256"]:
        raise CheckpointCorrupt(folder=folder, reason=f"{file.name} is missing or damaged")
    arrays: Any = mx.load(str(file))
    return dict(arrays)


def _restore(folder: Path, run: Run, arrays: dict[str, Any]) -> None:
    """Set every leaf in its place: rebuilding the trees would lose their empty branches."""
    import mlx.core as mx

    expected = {name: value.shape for name, value in run.arrays().items()}
    if {name: value.shape for name, value in arrays.items() if not name.startswith("best.")} != expected:
        raise CheckpointCorrupt(folder=folder, reason="it is of another training")
    mx.eval(list(arrays.values()))  # read now: the file goes when the next one is written
    parts = {kind: dict(_of_kind(arrays, kind)) for kind in KINDS}
    run.model.load_weights(list(parts["weights"].items()), strict=False)
    for name, value in parts["optimizer"].items():
        _place(run.optimizer.state, name.split("."), value)
    run.best = parts["best"]


def _of_kind(arrays: dict[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    return ((name.partition(".")[2], value) for name, value in arrays.items() if name.startswith(f"{kind}."))


def _place(tree: Any, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        tree = tree[int(part) if isinstance(tree, list) else part]
    tree[path[-1]] = value


def _leaves(tree: Any) -> list[tuple[str, Any]]:
    from mlx.utils import tree_flatten

    leaves: list[tuple[str, Any]] = tree_flatten(tree)
    return leaves


def _settle(draft: Path, place: Path) -> None:
    """To disk first, then under its name in one step."""
    disk.sync_file(draft)
    draft.rename(place)
    disk.sync_folder(place.parent)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
