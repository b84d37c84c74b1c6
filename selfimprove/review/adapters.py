"""What was learned, adapter by adapter: from which chats, how large, who went on from whom; pinned and exported."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.adapters import files
from selfimprove.adapters import table as adapters
from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.review import show, table, voices
from selfimprove.review.house import House

LISTED = 200  # lessons that are named


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The list, one adapter, and its pin."""
    found = router()

    @found.get("/adapters", dependencies=[Depends(needs("review"))])
    def all_() -> Response:
        with house.read() as connection:
            rows = table.rows(connection, "adapters", id="")
            who = voices.read(connection, house.settings, house.signs())
        listed = [one | {"bytes": size(one)} for one in rows]
        return show.page("adapters.html.j2", here="adapters", adapters=listed, **who)

    @found.get("/adapters/{id}", dependencies=[Depends(needs("review"))])
    def one(id: str) -> Response:
        with house.read() as connection:
            filled = _read(connection, id) | voices.read(connection, house.settings, house.signs())
        return show.page("one_adapter.html.j2", here="adapters", **filled)

    @found.post("/adapters/{id}/pin", dependencies=[Depends(needs("admin"))])
    def pin(id: str, pinned: Annotated[bool, Form()], reason: Annotated[str, Form()] = "") -> Response:
        with house.act() as connection:
            if pinned:
                adapters.pin(connection, id, reason.strip())
            else:
                adapters.unpin(connection, id)
        return RedirectResponse(f"/adapters/{id}", 303)

    return found


def size(adapter: Mapping[str, Any]) -> int | None:
    """Bytes of an adapter's files on this machine; None where they are not here."""
    folder = files.local(adapter["url"])
    if adapter["pruned_at"] or folder is None:
        return None
    found = [path.stat().st_size for name in adapter["files"] if (path := folder / name).is_file()]
    return sum(found) if found else None


def _read(connection: Connection, id: str) -> dict[str, Any]:
    adapter = table.adapter(connection, id)
    line = table.lineage(table.rows(connection, "adapters", id=""), id)
    night = next(iter(table.rows(connection, "night_of_adapter", id=id)), None)
    lessons = table.rows(connection, "lessons", id=id, limit=LISTED)
    return {
        "adapter": adapter | {"bytes": size(adapter)}, "line": line[1:], "night": night, "lessons": lessons,
        "listed": LISTED, "objections": adapters.objections(connection, id),
        "recipe": adapters.read(connection, id).recipe,
    }  # fmt: skip
