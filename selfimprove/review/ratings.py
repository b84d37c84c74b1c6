"""The review queue: one answer at a time, rated, corrected or left out, by keyboard alone if one likes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.chats.chat import Sealing
from selfimprove.critiques import table as critiques
from selfimprove.critiques.calibration import of_prior
from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.review import act, show, table
from selfimprove.review.act import Verdict
from selfimprove.review.house import House
from selfimprove.review.pick import Pick, pick

SITTING = 20  # answers of one sitting: what is asked about is chosen so that these differ
UNDO = timedelta(hours=1)
CAN_RATE = [Depends(needs("review"))]


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The queue, and what a person does to its first answer."""
    found = router()

    @found.get("/review", dependencies=CAN_RATE)
    def queue(skip: int = 0) -> Response:
        with house.read() as connection:
            filled = _read(connection, max(skip, 0))
        return show.page("review.html.j2", here="review", skip=max(skip, 0), **filled)

    @found.post("/review/rate", dependencies=CAN_RATE)
    def rate(
        chat: Annotated[str, Form()], position: Annotated[int, Form()], verdict: Annotated[Verdict, Form()],
        text: Annotated[str, Form()] = "", skip: Annotated[int, Form()] = 0,
    ) -> Response:
        given = act.said(position, verdict, text, datetime.now(UTC))
        with house.act() as connection:
            vault = Vault.open(house.settings.home, connection)
            act.rate(connection, Sealing(vault.seal, vault.keyed_hash), chat, position, given)
        return _next(skip)

    @found.post("/review/exclude", dependencies=CAN_RATE)
    def exclude(chat: Annotated[str, Form()], skip: Annotated[int, Form()] = 0) -> Response:
        with house.act() as connection:
            act.exclude(connection, chat)
        return _next(skip)

    @found.post("/review/undo", dependencies=CAN_RATE)
    def undo(id: Annotated[str, Form()], skip: Annotated[int, Form()] = 0) -> Response:
        with house.act() as connection:
            act.undo(connection, id)
        return _next(skip)

    return found


def _read(connection: Connection, skip: int) -> dict[str, Any]:
    picks = _picks(connection)
    now = picks[skip % len(picks)] if picks else None
    last = table.reviewed(connection, datetime.now(UTC) - UNDO)
    return {
        "pick": now, "number": len(picks), "place": skip % len(picks) + 1 if picks else 0,
        "chat": table.chat(connection, now.answer.chat_id) if now else None, "last": last,
    }  # fmt: skip


def _picks(connection: Connection) -> list[Pick]:
    answers = table.unrated(connection)
    weights = critiques.calibration(connection) or of_prior()
    return pick(answers, table.rated(connection), table.slices(connection), weights, SITTING)


def _next(skip: int) -> Response:
    query = f"?{urlencode({'skip': skip})}" if skip > 0 else ""
    return RedirectResponse(f"/review{query}", 303)
