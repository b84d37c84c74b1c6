"""Which adapter is given away, and whether it may be."""

from selfimprove.adapters import table
from selfimprove.adapters.adapter import Adapter
from selfimprove.errors import ChampionMissing, ExportRefused
from selfimprove.models.base import Base
from selfimprove.postgres import Connection


def chosen(connection: Connection, base: Base, id: str | None, *, even_so: bool) -> Adapter:
    """The adapter whose id begins so, the champion without one.

    Raises:
        ChampionMissing: the base model answers.
        AdapterUnknown: none or several adapters have an id that begins so.
        ExportRefused: it was vetoed, or learned from chats that were forgotten, and that is not wanted `even_so`.
    """
    adapter = table.read(connection, id) if id else table.champion(connection, base.id)
    if adapter is None:
        raise ChampionMissing(action="export")
    objections = table.objections(connection, adapter.id)
    if objections and not even_so:
        raise ExportRefused(id=adapter.id, reason=" and ".join(objections))
    return adapter
