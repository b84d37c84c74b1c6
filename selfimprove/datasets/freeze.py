"""A dataset that never changes: its manifest says how it was made, its id is the manifest's hash."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from selfimprove.datasets.example import SPLITS, Example, LeftOut, Rule, Split, as_json, rule_json


@dataclass(frozen=True, slots=True)
class Dataset:
    """A frozen set of examples; chats of `cutoff` and later only test."""

    id: str
    night: date
    cutoff: date
    manifest: Mapping[str, Any]
    splits: Mapping[Split, tuple[Example, ...]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a dataset comes from: `days` is {"count", "first", "last", "fingerprint"} of the clean days read.

    `read_by` names the version of the second reader that could have left an example out, by the reason; `start` is
    where training starts and why, `practised` what replay was drawn by.
    """

    night: date
    cutoff: date
    days: Mapping[str, Any]
    base_model: str
    rule: Rule
    read_by: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, Any] = field(default_factory=dict)
    practised: Mapping[str, Any] = field(default_factory=dict)


def freeze(
    origin: Origin,
    splits: Mapping[Split, Sequence[Example]],
    left_out: Iterable[LeftOut],
    replay_left_out: Mapping[str, int],
    synthetic_left_out: Mapping[str, int] | None = None,
) -> Dataset:
    """The dataset of these examples, each split in the order of example ids."""
    ordered = {name: tuple(sorted(splits[name], key=lambda e: e.id)) for name in SPLITS}
    repeat = target_repeat(origin.rule, len(ordered["train"]), len(ordered["replay"]))
    manifest = {
        "rule": rule_json(origin.rule),
        "base_model": origin.base_model,
        "night": origin.night.isoformat(),
        "cutoff": origin.cutoff.isoformat(),
        "days": dict(origin.days),
        "chats": count(left_out, ordered),
        "splits": {name: _summary(examples) for name, examples in ordered.items()},
        "replay_left_out": dict(replay_left_out),
        "synthetic_left_out": dict(synthetic_left_out or {}),
        "read_by": dict(origin.read_by),
        "start": dict(origin.start),
        "practised": dict(origin.practised),
        "target_repeat": repeat,
        "files": {name: sha256(text) for name, text in files(ordered, repeat).items()},
    }
    return Dataset(sha256(canonical(manifest)), origin.night, origin.cutoff, manifest, ordered)


def count(left_out: Iterable[LeftOut], splits: Mapping[Split, Sequence[Example]]) -> dict[str, Any]:
    """Chats that went in, chats that a split holds, and the others by reason."""
    rejected = dict(sorted(Counter(out.reason for out in left_out).items()))
    held = sum(is_of_a_chat(example) for examples in splits.values() for example in examples)
    return {"in": held + sum(rejected.values()), "out": held, "rejected": rejected}


def is_of_a_chat(example: Example) -> bool:
    """Whether it is what a chat teaches, and not replay or other words for that."""
    return example.chat_id is not None and example.kind != "synthetic"


def target_repeat(rule: Rule, new: int, replayed: int) -> int:
    """How often new examples are shown for each time replay is: a few among many would not be noticed."""
    wanted = rule.new_share / (1 - rule.new_share) * replayed / new if new else 1.0
    return max(1, min(rule.most_repeats, round(wanted)))


def files(splits: Mapping[Split, Sequence[Example]], repeat: int) -> dict[str, bytes]:
    """What mlx-lm reads, by file name: new examples repeated, then replay; fresh examples only test and stay out."""
    train = [*list(splits["train"]) * repeat, *splits["replay"]]
    return {"train.jsonl": _lines(train), "valid.jsonl": _lines(splits["validation"])}


def canonical(value: Any) -> bytes:
    """JSON with one spelling for equal values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256(data: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _summary(examples: Sequence[Example]) -> dict[str, Any]:
    kinds = dict(sorted(Counter(example.kind for example in examples).items()))
    return {"examples": len(examples), "kinds": kinds, "sha256": sha256("\n".join(e.id for e in examples).encode())}


def _lines(examples: Sequence[Example]) -> bytes:
    return b"".join(canonical(_line(e)) + b"\n" for e in examples)


def _line(e: Example) -> dict[str, Any]:
    rejected = {} if e.rejected is None else {"rejected": e.rejected}
    mark = {"synthetic": True} if e.kind == "synthetic" else {}
    return {"id": e.id, "messages": as_json(e.messages), **rejected, **mark}
