"""A person's word on a promotion that every gate allowed and that waits for it."""

from selfimprove.errors import NothingWaits
from selfimprove.postgres import Connection
from selfimprove.promotion import table
from selfimprove.promotion.decision import Decision
from selfimprove.promotion.promote import promote
from selfimprove.promotion.record import Sign
from selfimprove.promotion.table import Row


def waiting(connection: Connection, beginning: str = "") -> list[Row]:
    """Promotions that wait, of the report or adapter whose id begins so where it is named; the newest first."""
    return connection.execute(table.query("waiting"), {"id": beginning}).fetchall()


def approve(connection: Connection, beginning: str, sign: Sign | None = None) -> Decision:
    """Promote what waits, the newest without a name: it is judged again, and may have lost its right meanwhile.

    Raises:
        NothingWaits: nothing does, or nothing of this name.
    """
    row = _one(connection, beginning)
    return promote(connection, row["report_id"], row["run_id"], sign)


def decline(connection: Connection, beginning: str, reason: str, sign: Sign | None = None) -> str:
    """Never let what waits answer, the newest without a name; returns the adapter's id. Who answers now stays.

    Raises:
        NothingWaits: nothing does, or nothing of this name.
    """
    with connection.transaction():
        table.lock(connection)
        row = _one(connection, beginning)
        table.answered(connection, row["report_id"], "declined", reason)
        promote(connection, row["report_id"], row["run_id"], sign, ask=True)  # its decision says so from now on
        return str(row["adapter_id"])


def _one(connection: Connection, beginning: str) -> Row:
    found = waiting(connection, beginning)
    if not found:
        raise NothingWaits(name=f" of {beginning!r}" if beginning else "")
    return found[0]
