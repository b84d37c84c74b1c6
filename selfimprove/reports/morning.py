"""The morning report: what a night did, as one HTML page without scripts or network."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from selfimprove.charts import number
from selfimprove.datasets.start import words
from selfimprove.promotion.evidence import LIKELIER
from selfimprove.reports import draw, tell
from selfimprove.reports.night import Night, Pair, Past

if TYPE_CHECKING:
    from jinja2 import Environment

LOOK = Path(__file__).parent / "look.css"  # what every page of the house looks like

HEADLINES = {
    "promoted": "Promoted",
    "waiting": "Waits for your yes",
    "rejected": "Turned down",
    "not_enough_evidence": "Not enough evidence",
    "nothing_to_learn": "Nothing to learn",
    "failed": "The night broke off",
}
DECIDED = {"promote": "promoted", "reject": "rejected", "held": "waiting", "not_enough_evidence": "unsure"}
BETTER, WORSE, OTHER = 3, 3, 2
FADED = 5
LONGEST = 700
COMMAND = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Tile:
    """One number and what it counts."""

    value: str
    label: str


def page(night: Night) -> str:
    """The whole page; every text in it is escaped."""
    return environment().get_template("morning.html.j2").render(told(night))


def told(night: Night) -> dict[str, Any]:
    """What night.html.j2 is filled with."""
    outcome = tell.outcome(night)
    return {
        "night": night,
        "outcome": outcome,
        "headline": HEADLINES[outcome],
        "sentence": tell.sentence(night),
        "is_unheard": tell.is_unheard(night),
        "tiles": tiles(night),
        "rejected": rejected(night),
        "pairs": telling(night.judged.pairs) if night.judged else [],
        "remarks": [] if outcome == "failed" else tell.remarks(night),
        "start": words(night.adapter.metrics.get("start", {})) if night.adapter else "",
        "practised": practised(night),
        "loss": _loss(night),
        "cost": cost(night),
        "trend": _trend(night.trend),
        "sparkline": draw.sparkline([(one.night, DECIDED.get(one.decision, ""), one.after) for one in night.trend]),
        "history": history(night.trend),
    }


def history(past: Sequence[Past]) -> str:
    """The sparkline in words."""
    kinds = {"promote": "promoted", "reject": "turned down", "held": "waiting", "not_enough_evidence": "unsure"}
    counts = {name: sum(one.decision == kind for one in past) for kind, name in kinds.items()}
    nights = "1 night was" if len(past) == 1 else f"{len(past)} nights were"
    return f"{nights} decided: {', '.join(f'{n} {name}' for name, n in counts.items() if n)}."


def tiles(night: Night) -> list[Tile]:
    """From chats read to examples learned."""
    stages = {stage.name: stage for stage in night.stages}
    manifest = night.found.manifest if night.found else None
    splits: Mapping[str, Any] = (manifest or {}).get("splits", {})
    read = stages.get("chat_logs")
    found = [Tile(number(read.taken), f"chats read, of {_days(read.days)}")] if read else []
    if "filtered_chats" in stages:
        found.append(Tile(number(stages["filtered_chats"].given), "chats worth keeping"))
    labels = {"train": "new examples learned", "replay": "old ones practised again"}
    found += [Tile(number(splits[name].get("examples", 0)), label) for name, label in labels.items() if name in splits]
    tests = sum(splits[name].get("examples", 0) for name in ("fresh", "validation") if name in splits)
    return [*found, Tile(number(tests), "kept back to test with")] if splits else found


def rejected(night: Night) -> list[tuple[str, int]]:
    """Reasons for which chats were left out and how many, the most frequent first."""
    total: dict[str, int] = {}
    for counts in (night.rejected or {}, night.found.rejected if night.found else {}):
        for name, chats in counts.items():
            total[tell.reason(name)] = total.get(tell.reason(name), 0) + chats
    return sorted(((name, n) for name, n in total.items() if n), key=lambda item: (-item[1], item[0]))


def practised(night: Night) -> list[dict[str, Any]]:
    """What was lost most in the nights before, of which old examples were practised again because of that."""
    manifest = (night.found.manifest if night.found and night.adapter else None) or {}
    lost = manifest.get("practised", {}).get("lost", [])
    return [row for row in lost if row["drawn"]][:FADED]


def telling(pairs: Sequence[Pair]) -> list[tuple[str, Pair]]:
    """The pairs worth showing, each with what it shows: better and worse ones alike, then others that differ."""
    shown = {"better": BETTER, "closer": BETTER, "worse": WORSE, "further": WORSE, "different": OTHER}
    kinds: dict[str, list[Pair]] = {kind: [] for kind in shown}
    for pair in pairs:
        kinds[verdict(pair)].append(pair)
    for kind in ("worse", "further"):
        kinds[kind].reverse()
    return [(kind, pair) for kind, most in shown.items() for pair in kinds[kind][:most]]


def verdict(pair: Pair) -> str:
    """By its grade; without any, by how likely the wanted answer became; else merely different."""
    if pair.passed_before is None and pair.passed_after is None and abs(pair.gain or 0.0) >= LIKELIER:
        return "closer" if (pair.gain or 0.0) > 0 else "further"
    if pair.passed_before is None or pair.passed_after is None or pair.passed_before == pair.passed_after:
        return "different"
    return "better" if pair.passed_after else "worse"


def cost(night: Night) -> list[Tile]:
    """What the training took; metrics that are not there are left out."""
    metrics = night.adapter.metrics if night.adapter else {}
    units = {
        "seconds": (1.0, "seconds of training"),
        "trained_tokens": (1.0, "tokens learned from"),
        "tokens_per_second": (1.0, "tokens a second"),
        "peak_memory_bytes": (1e6, "MB of memory at most"),
    }
    known = ((metrics.get(name), scale, label) for name, (scale, label) in units.items())
    return [Tile(number(round(v / scale)), label) for v, scale, label in known if isinstance(v, int | float)]


def short(text: str) -> str:
    """An answer that fits the page."""
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + " …"


def _loss(night: Night) -> draw.Curve | None:
    metrics = night.adapter.metrics if night.adapter else {}
    named = {"while training": "train_losses", "on held-out chats": "validation_losses"}
    series = {label: metrics.get(name) or [] for label, name in named.items()}
    return draw.curve(series, "Loss while training: lower is better", "step")


def _trend(past: Sequence[Past]) -> draw.Curve | None:
    ordered = list(enumerate(past, start=1))
    series = {
        "the model that answered": [(i, 100 * one.before) for i, one in ordered],
        "the night’s new model": [(i, 100 * one.after) for i, one in ordered],
    }
    return draw.curve(series, "Your own questions answered right, night by night, in percent", "night", (0, 100))


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def code(text: str) -> Markup:
    """A sentence with its `commands` set apart, everything escaped; a backtick without its pair is left."""
    parts = COMMAND.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


@cache
def environment(*folders: Path) -> "Environment":
    """Templates of these folders and of this room, every text escaped, with the words and pictures of a night."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters |= {"short": short, "gate": tell.gate, "task": tell.task, "long_answers": tell.long_answers}
    found.filters |= {"faded": tell.faded, "origin": tell.origin, "code": code}
    found.filters["failure"] = lambda one: code(tell.failure(one))
    found.globals |= {"interval": draw.interval, "numbers": draw.numbers, "bar": draw.bar, "share": _share}
    look = LOOK.read_text()
    digest = base64.b64encode(hashlib.sha256(look.encode()).digest()).decode()
    found.globals |= {"look": Markup(look), "look_hash": f"sha256-{digest}"}  # noqa: S704  a file of ours
    return found
