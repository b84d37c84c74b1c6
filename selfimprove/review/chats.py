"""One chat, redacted: what was said, how good the answers seem, and what learned from it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.gateway.guard import needs
from selfimprove.reports import tell
from selfimprove.review import act, show, table
from selfimprove.review.house import House
from selfimprove.review.likely import likely


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """A chat by its id, and whether it may teach."""
    found = router()

    @found.get("/chats/{id}", dependencies=[Depends(needs("review"))])
    def one(id: str) -> Response:
        with house.read() as connection:
            chat = table.chat(connection, id)
            scores = likely(connection, table.rows(connection, "scores", id=id))
            taught = table.rows(connection, "taught", id=id)
        why = tell.reason(chat["rejected"]) if chat["rejected"] else ""
        return show.page("chat.html.j2", here="", chat=chat, scores=scores, taught=taught, why=why)

    @found.post("/chats/{id}/teach", dependencies=[Depends(needs("review"))])
    def teach(id: str, may: Annotated[bool, Form()]) -> Response:
        with house.act() as connection:
            if may:
                act.include(connection, id)
            else:
                act.exclude(connection, id)
        return RedirectResponse(f"/chats/{id}", 303)

    return found
