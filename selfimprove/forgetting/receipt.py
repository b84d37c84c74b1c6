"""What was forgotten, told without a word of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from selfimprove.datasets.freeze import canonical, sha256

Selector = Literal["chat", "user", "matching", "before"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """When something was forgotten and what went with it; `selector_hash` is of what was asked for.

    `counts` is of rows by table; `runs` are those whose morning reports may have quoted it; a champion of None is the
    base model. `stays` counts chats that say the same ("copies") or nearly ("near_copies") and were not asked for; the
    chats `unopened` stay, and nobody knows what they say.
    """

    id: str
    selector: Selector
    selector_hash: str
    counts: Mapping[str, int]
    datasets: tuple[str, ...]
    adapters: tuple[str, ...]
    runs: tuple[str, ...]
    champion_before: str | None
    champion_after: str | None
    at: datetime
    stays: Mapping[str, int] = field(default_factory=dict)
    unopened: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON face of `selfimprove forget --json`, and of the file."""
        return {**asdict(self), "at": self.at.isoformat()}

    @property
    def name(self) -> str:
        """Of its file, in the folder of receipts."""
        return f"{self.at:%Y-%m-%d}-{self.id[:12]}.json"


def named(hashes: list[str], at: datetime) -> str:
    """A receipt's id: hash of what was forgotten and when."""
    return sha256(canonical([at.isoformat(), *hashes]))[:32]
