"""Who Postgres says should answer, and whether they may: the promotion's row, and the files it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import folder_of, verified_folder
from selfimprove.errors import VoiceRefused
from selfimprove.gateway.ask import BASE
from selfimprove.gateway.plan import Plan
from selfimprove.postgres import Connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """The newest promotion, rollback or veto, and the experiment about it while one runs.

    `adapters` has the rows of all who may have to answer, `refused` what speaks against the voice. `replaced` answered
    before, and is the base where that may not answer any more; `is_new` says that evidence promoted the voice and no
    experiment was made of it yet.
    """

    promotion_id: int = 0
    voice: str = BASE
    control: str | None = None
    experiment: str = ""
    share: float = 1.0
    shadow: float = 0.0
    replaced: str = BASE
    is_promotion: bool = False
    is_new: bool = False
    adapters: Mapping[str, Adapter] = field(default_factory=dict)
    refused: str | None = None

    @property
    def promotion(self) -> Mapping[str, Any]:
        """The promotion's row, as experiments take it."""
        replaced = None if self.replaced == BASE else self.replaced
        return {"promotion_id": self.promotion_id, "adapter_id": self.voice, "replaced": replaced}


def read(connection: Connection, base_model: str) -> Wanted:
    """Who is to answer now; the base where nobody was promoted, or the champion belongs to another base model."""
    row = connection.execute(postgres.queries("swap").newest).fetchone()
    if row is None:
        return Wanted()
    champion = row["adapter_id"]
    if champion is None or adapters.read(connection, champion).base_model != base_model:
        return Wanted(row["promotion_id"], replaced=row["replaced"] or BASE)
    return _of_champion(connection, row, base_model)


def plan_of(wanted: Wanted) -> Plan:
    """Who answers which chat, if they may.

    Raises:
        VoiceRefused: something speaks against one of them.
    """
    if wanted.refused:
        raise VoiceRefused(id=wanted.voice[:12], reason=wanted.refused)
    return Plan(wanted.voice, wanted.control, wanted.experiment, wanted.share, shadow=wanted.shadow)


def folders(wanted: Wanted, slots: frozenset[str]) -> dict[str, Path]:
    """The folders of some of those who are to answer, every file of them verified.

    Raises:
        AdapterCorrupt, AdapterPruned: one is not what its row says.
    """
    return {slot: verified_folder(wanted.adapters[slot]) for slot in slots if slot != BASE}


def places(wanted: Wanted, slots: frozenset[str]) -> dict[str, Path]:
    """The same folders, verified before."""
    return {slot: folder_of(wanted.adapters[slot]) for slot in slots}


def _of_champion(connection: Connection, row: Mapping[str, Any], base_model: str) -> Wanted:
    champion, replaced = row["adapter_id"], row["replaced"] or BASE
    found = {name: adapters.read(connection, name) for name in {champion, replaced, row["control"] or BASE} - {BASE}}
    against = {name: _objection(connection, one, base_model) for name, one in found.items()}
    control = row["control"] or BASE
    runs = row["outcome"] == "running" and not against.get(control)
    is_promotion = row["action"] == "promoted"
    return Wanted(
        promotion_id=row["promotion_id"],
        voice=champion,
        control=control if runs else None,
        experiment=row["experiment"] if runs else "",
        share=row["share"] if runs else 1.0,
        shadow=row["shadow"] if runs else 0.0,
        replaced=BASE if against.get(replaced) else replaced,
        is_promotion=is_promotion,
        is_new=is_promotion and row["experiment"] is None and not against.get(replaced),
        adapters=found,
        refused=against[champion],
    )


def _objection(connection: Connection, adapter: Adapter, base_model: str) -> str | None:
    standing = connection.execute(postgres.queries("swap").standing, {"id": adapter.id}).fetchone()
    assert standing is not None
    found = {
        "no stored decision made it champion": not standing["accepted"],
        "it was vetoed": standing["vetoed"],
        "it learned from chats that were forgotten since": standing["tainted"],
        "it belongs to another base model": adapter.base_model != base_model,
        "its files were pruned": adapter.pruned_at is not None,
    }
    return next((f"adapter {adapter.id[:12]}: {reason}" for reason, holds in found.items() if holds), None)
