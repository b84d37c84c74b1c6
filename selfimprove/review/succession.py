"""Who answers again, and who was taken back for that, as the changes of the champion tell it."""

from collections.abc import Sequence

from selfimprove.postgres import Connection
from selfimprove.review import table
from selfimprove.review.table import Row


def changes(connection: Connection) -> list[Row]:
    """Every change of the champion as `marked` has it, the newest first."""
    return marked(table.rows(connection, "changes", limit=None))


def marked(changes: Sequence[Row]) -> list[Row]:
    """Each change with `took_back`: whether it put who was promoted earlier in the place of who was promoted later."""
    promoted = (one["adapter_id"] for one in reversed(changes) if one["action"] == "promoted")
    order = {id: number for number, id in enumerate(promoted, start=1)}  # the base model comes before all of them

    def took_back(one: Row) -> bool:
        return one["action"] != "promoted" and order.get(one["replaced"], 0) > order.get(one["adapter_id"], 0)

    return [one | {"took_back": took_back(one)} for one in changes]


def went_back(changes: Sequence[Row]) -> Row | None:
    """The change by which somebody answers again who did before; None where a promotion had the last word."""
    return changes[0] if changes and changes[0]["action"] != "promoted" else None


def taken_back(changes: Sequence[Row], adapter_id: str | None) -> Row | None:
    """The change that took an adapter back; None where it answers, never did, or a newer adapter replaced it."""
    if adapter_id is None:
        return None
    newest = next((one for one in changes if adapter_id in (one["adapter_id"], one["replaced"])), None)
    return newest if newest and newest["replaced"] == adapter_id and newest["took_back"] else None


def told_since(changes: Sequence[Row], night: Row) -> Row:
    """A told night with what became of its promotion as `taken_back`."""
    was_promoted = night["outcome"] == "promoted"
    return night | {"taken_back": taken_back(changes, night["adapter_id"]) if was_promoted else None}
