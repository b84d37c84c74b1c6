"""Adapters as a person or a program reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import verified_folder
from selfimprove.adapters.prune import Pruned
from selfimprove.datasets.show import aligned, as_json
from selfimprove.datasets.start import words as start
from selfimprove.errors import AdapterCorrupt

__all__ = ["as_json", "pruned", "summary", "table", "verdicts", "verified", "words"]
LISTED = (
    "id", "night", "base_model", "dataset_id", "decision", "is_champion", "created_at", "pinned_at", "pinned_for",
    "pruned_at",
)  # fmt: skip
STANDINGS = {
    "promote": "promoted",
    "reject": "rejected",
    "not_enough_evidence": "not enough evidence",
    None: "undecided",
}


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """One adapter of the list."""
    kept = {name: row[name] for name in LISTED}
    return {**kept, "train_loss": _last_loss(row["metrics"]), "delta_norm": row["metrics"].get("delta_norm")}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The list as aligned text."""
    if not rows:
        return "There are no adapters yet. Run a night with `selfimprove night`."
    lines = [("ID", "NIGHT", "LOSS", "CHANGE", "STANDING")]
    for row in map(summary, rows):
        numbers = (_number(row["train_loss"]), _number(row["delta_norm"]))
        lines.append((row["id"][:12], str(row["night"]), *numbers, _standing(row)))
    return aligned(lines)


def _standing(row: Mapping[str, Any]) -> str:
    standing = "champion" if row["is_champion"] else STANDINGS.get(row["decision"], row["decision"])
    return standing + (", pinned" if row["pinned_at"] else "") + (", pruned" if row["pruned_at"] else "")


def words(adapter: Adapter) -> str:
    """One adapter in words."""
    made, metrics = adapter.recipe, adapter.metrics
    recipe = ", ".join(f"{name} {value}" for name, value in asdict(made).items() if value is not None)
    curve = metrics.get("train_losses") or [[0, None]]
    return "\n".join(
        [
            f"Adapter {adapter.id}",
            f"Night {adapter.night}, from dataset {adapter.dataset_id}",
            f"Base model {adapter.base_model}; went on from {made.warm_start or 'the bare base model'}",
            *filter(None, [start(metrics.get("start", {}))]),
            f"Training loss {_number(curve[0][1])} to {_number(curve[-1][1])} in {metrics.get('steps')} steps",
            f"Weights moved by {_number(metrics.get('delta_norm'))} of their norm",
            f"Recipe: {recipe}",
            f"Files: {adapter.url}" if adapter.pruned_at is None else f"Files: pruned on {adapter.pruned_at.date()}",
        ]
    )


def verified(adapter: Adapter) -> dict[str, Any]:
    """Whether an adapter's files are what was trained; those of a pruned one are gone on purpose."""
    if adapter.pruned_at is not None:
        return {"id": adapter.id, "ok": True, "detail": f"pruned on {adapter.pruned_at.date()}"}
    try:
        verified_folder(adapter)
    except AdapterCorrupt as exc:
        return {"id": adapter.id, "ok": False, "detail": str(exc)}
    return {"id": adapter.id, "ok": True, "detail": f"{len(adapter.files)} files"}


def verdicts(found: Sequence[Mapping[str, Any]]) -> str:
    """One line an adapter."""
    lines = [f"{row['id'][:12]}  {_verdict(row)}" for row in found]
    return "\n".join(lines) or "There are no adapters yet."


def _verdict(row: Mapping[str, Any]) -> str:
    is_there = row["ok"] and not row["detail"].startswith("pruned")
    return "ok" if is_there else row["detail"]


def pruned(found: Pruned, *, dry_run: bool) -> str:
    """What went and what stayed, with the reasons."""
    would = "Would be pruned" if dry_run else "Pruned"
    lines = [f"{held.id[:12]}  {held.night}  stays: {'; '.join(why)}" for held, why in found.kept]
    lines += [f"{held.id[:12]}  {held.night}  {would.lower()}: {_megabytes(size)}" for held, size in found.adapters]
    lines += [f"{path}  {would.lower()}: {_megabytes(size)}" for path, size in found.folders]
    total = f"{len(found.adapters)} adapters and {len(found.folders)} folders, {_megabytes(found.bytes)}"
    return "\n".join([*lines, f"{would}: {total}."])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _last_loss(metrics: Mapping[str, Any]) -> float | None:
    losses = metrics.get("train_losses")
    return losses[-1][1] if losses else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
