"""An adapter written for others: whole or not at all, and read again before anyone is told that it is there."""

import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from selfimprove.adapters.adapter import FILES, Adapter
from selfimprove.adapters.exports import architectures, gguf_file, learned, peft, readme
from selfimprove.adapters.exports.learned import Learned
from selfimprove.adapters.files import in_use, verified_folder
from selfimprove.errors import AdapterOfOtherBase, ExportDiffers, ExportImpossible, FolderTaken, FolderUnwritable
from selfimprove.models import worker
from selfimprove.models.base import Base

Format = Literal["mlx", "fused", "gguf", "peft"]
FORMATS: tuple[Format, ...] = ("mlx", "fused", "gguf", "peft")
INSTEAD = "Export it with --format mlx, or --format fused."
WIDE = "Export it with --dequantise, or with --format mlx."


@dataclass(frozen=True, slots=True)
class Wanted:
    """An adapter with its base model, in which format, and whether a quantised base is written in full width."""

    adapter: Adapter
    base: Base
    format: Format
    dequantise: bool = False

    @property
    def name(self) -> str:
        """The export's folder."""
        return f"{self.adapter.id[:12]}-{self.format}"

    @property
    def base_name(self) -> str:
        """A repository's name, or a folder's; never where that folder is."""
        is_folder = Path(self.base.name).expanduser().resolve() == self.base.folder
        return self.base.folder.name if is_folder else self.base.name


@dataclass(frozen=True, slots=True)
class Exported:
    """The folder, and what was found when it was read again."""

    folder: Path
    figures: dict[str, Any]


def export(wanted: Wanted, to: Path) -> Exported:
    """Write the adapter to a folder in `to` that is named by it.

    Raises:
        AdapterCorrupt, AdapterPruned: its files are not what was trained, or gone.
        AdapterOfOtherBase: it was trained for another base model.
        ExportImpossible: the format has no room for it.
        ExportDiffers: what was written does not answer as the adapter does; it was removed.
        FolderTaken: it is there already, or something else is.
        FolderUnwritable: it cannot be made.
    """
    adapter, base = wanted.adapter, wanted.base
    if adapter.base_model != base.id:
        raise AdapterOfOtherBase(adapter=adapter.id, base=adapter.base_model, name=base.name)
    source, place = verified_folder(adapter), to / wanted.name
    if place.exists():
        raise FolderTaken(folder=place)
    draft = to / f".{wanted.name}.{uuid.uuid4().hex[:8]}"
    try:
        draft.mkdir(mode=0o700, parents=True)
    except OSError as exc:
        raise FolderUnwritable(folder=to, reason=exc.strerror) from exc
    try:
        with in_use([source]):
            figures = WRITERS[wanted.format](wanted, source, draft)
        (draft / "README.md").write_text(readme.page(adapter, wanted.base_name, wanted.format, figures))
        draft.rename(place)
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(draft)
    return Exported(place, figures)


def _mlx(wanted: Wanted, source: Path, out: Path) -> dict[str, Any]:
    for name in FILES:
        shutil.copyfile(source / name, out / name)
    found = worker.call("selfimprove.adapters.exports.fused:compare", _job(wanted, source, out))
    return _alike(wanted, found, 0.0, "Run it again.")


def _fused(wanted: Wanted, source: Path, out: Path) -> dict[str, Any]:
    """Quantised anew, a small change may vanish: a quarter of what was learned may go, and no more."""
    job = {**_job(wanted, source, out), "dequantise": wanted.dequantise}
    found = worker.call("selfimprove.adapters.exports.fused:fuse", job)
    return _alike(wanted, found, found["learned"] / 4 + 1e-3, WIDE)


def _peft(wanted: Wanted, source: Path, out: Path) -> dict[str, Any]:
    config, tensors = _readable(wanted, source)
    _refuse(wanted, architectures.problem(config))
    peft.write(tensors, wanted.base_name, out)
    return _same(wanted, tensors, peft.read(out))


def _gguf(wanted: Wanted, source: Path, out: Path) -> dict[str, Any]:
    config, tensors = _readable(wanted, source)
    _refuse(wanted, architectures.problem(config))
    _refuse(wanted, "llama.cpp knows LoRA, and this is DoRA" if tensors.method != "lora" else "")
    unnamed = gguf_file.unnamed(tensors, config)
    _refuse(wanted, f"llama.cpp has no name for {unnamed[0]}" if unnamed else "")
    gguf_file.write(tensors, config, f"selfimprove {wanted.adapter.id[:12]}", out)
    return _same(wanted, tensors, gguf_file.read(out, config, list(tensors.layers)))


WRITERS: dict[Format, Callable[[Wanted, Path, Path], dict[str, Any]]] = {
    "mlx": _mlx, "fused": _fused, "peft": _peft, "gguf": _gguf,
}  # fmt: skip


def _readable(wanted: Wanted, source: Path) -> tuple[dict[str, Any], Learned]:
    tensors = learned.read(source)
    stacked = [name for name, layer in tensors.layers.items() if layer.a.ndim != 2]
    _refuse(wanted, f"{stacked[0]} is a mixture of experts" if stacked else "")
    return architectures.config(wanted.base.folder), tensors


def _refuse(wanted: Wanted, reason: str) -> None:
    if reason:
        raise ExportImpossible(id=wanted.adapter.id, format=wanted.format, reason=reason, instead=INSTEAD)


def _job(wanted: Wanted, source: Path, out: Path) -> dict[str, Any]:
    return {"base": str(wanted.base.folder), "adapter": str(source), "out": str(out)}


def _alike(wanted: Wanted, found: dict[str, Any], allowed: float, instead: str) -> dict[str, Any]:
    if not found["error"] <= allowed:
        reason = f"its logits are {found['error']:.3g} away, and the adapter moved them by {found['learned']:.3g}"
        raise ExportDiffers(id=wanted.adapter.id, format=wanted.format, reason=reason, instead=instead)
    return {name: found[name] for name in ("learned", "error", "greatest", "agree")}


def _same(wanted: Wanted, written: Learned, found: Learned) -> dict[str, Any]:
    """Each tensor as it was; the scale goes through float32."""
    same = written.layers.keys() == found.layers.keys()
    same = same and all(layer.equals(found.layers[name]) for name, layer in written.layers.items())
    if not same or abs(found.scale - written.scale) > 1e-6 * abs(written.scale):
        reason = "what was read back is not what was written"
        raise ExportDiffers(id=wanted.adapter.id, format=wanted.format, reason=reason, instead="Run it again.")
    return {"tensors": sum(2 + (layer.m is not None) for layer in written.layers.values())}
