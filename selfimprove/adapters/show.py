"""Adapters as a person or a program reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import verified_folder
from selfimprove.datasets.show import aligned, as_json
from selfimprove.errors import AdapterCorrupt

__all__ = ["as_json", "summary", "table", "verdicts", "verified", "words"]
STANDINGS = {
    "promote": "promoted",
    "reject": "rejected",
    "not_enough_evidence": "not enough evidence",
    None: "undecided",
}


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """One adapter of the list."""
    kept = {
        name: row[name] for name in ("id", "night", "base_model", "dataset_id", "decision", "is_champion", "created_at")
    }
    return {**kept, "train_loss": _last_loss(row["metrics"]), "delta_norm": row["metrics"].get("delta_norm")}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The list as aligned text."""
    if not rows:
        return "There are no adapters yet. Run a night with `selfimprove night`."
    lines = [("ID", "NIGHT", "LOSS", "CHANGE", "STANDING")]
    for row in map(summary, rows):
        standing = "champion" if row["is_champion"] else STANDINGS.get(row["decision"], row["decision"])
        numbers = (_number(row["train_loss"]), _number(row["delta_norm"]))
        lines.append((row["id"][:12], str(row["night"]), *numbers, standing))
    return aligned(lines)


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
            f"Training loss {_number(curve[0][1])} to {_number(curve[-1][1])} in {metrics.get('steps')} steps",
            f"Weights moved by {_number(metrics.get('delta_norm'))} of their norm",
            f"Recipe: {recipe}",
            f"Files: {adapter.url}",
        ]
    )


def verified(adapter: Adapter) -> dict[str, Any]:
    """Whether an adapter's files are what was trained."""
    try:
        verified_folder(adapter)
    except AdapterCorrupt as exc:
        return {"id": adapter.id, "ok": False, "detail": str(exc)}
    return {"id": adapter.id, "ok": True, "detail": f"{len(adapter.files)} files"}


def verdicts(found: Sequence[Mapping[str, Any]]) -> str:
    """One line an adapter."""
    lines = [f"{row['id'][:12]}  ok" if row["ok"] else f"{row['id'][:12]}  {row['detail']}" for row in found]
    return "\n".join(lines) or "There are no adapters yet."


def _last_loss(metrics: Mapping[str, Any]) -> float | None:
    losses = metrics.get("train_losses")
    return losses[-1][1] if losses else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
