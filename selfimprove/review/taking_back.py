"""Forget: say what, see what would go, confirm, keep the receipt. What is looked for never stands in an address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.errors import ForgetUnclear, ReceiptUnknown
from selfimprove.forgetting.carry_out import carry_out, consequences, refuse_while_a_night_runs, staying
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.receipt import Selector
from selfimprove.forgetting.select import Wish
from selfimprove.gateway.archive import store_waiting
from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.review import show, table
from selfimprove.review.house import House

CAN_FORGET = [Depends(needs("admin"))]
LISTED = 20
Copies = Annotated[bool, Form()]


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The form, the dry run, the act, and the receipts."""
    found = router()

    @found.get("/forget", dependencies=CAN_FORGET)
    def form() -> Response:
        with house.read() as connection:
            receipts = table.rows(connection, "receipts", id="", limit=LISTED)
        return show.page("forget.html.j2", here="forget", receipts=receipts)

    @found.post("/forget", dependencies=CAN_FORGET)
    def look(selector: Annotated[Selector, Form()], value: Annotated[str, Form()], copies: Copies = False) -> Response:
        wish = wished(selector, value, copies)
        with _opened(house) as (connection, vault):
            receipt = forget(connection, vault, wish, datetime.now(UTC), dry_run=True)
        told = consequences(receipt) if receipt else []
        return show.page("forget_sure.html.j2", here="forget", wish=wish, receipt=receipt, told=told)

    @found.post("/forget/now", dependencies=CAN_FORGET)
    def now(selector: Annotated[Selector, Form()], value: Annotated[str, Form()], copies: Copies = False) -> Response:
        wish = wished(selector, value, copies)
        with _opened(house) as (connection, vault):
            if house.has_nights():
                refuse_while_a_night_runs(connection)
            done = carry_out(connection, vault, wish, house.settings.home, datetime.now(UTC))
        return RedirectResponse(f"/forget/{done.receipt.id}" if done else "/forget", 303)

    @found.get("/forget/{id}", dependencies=CAN_FORGET)
    def receipt(id: str) -> Response:
        with house.read() as connection:
            rows = table.rows(connection, "receipts", id=id, limit=1)
        if not rows:
            raise ReceiptUnknown(id=id)
        stays = staying(rows[0]["stays"], rows[0]["selector"], rows[0]["unopened"])
        return show.page("receipt.html.j2", here="forget", receipt=rows[0], stays=stays)

    return found


def wished(selector: Selector, value: str, copies: bool = False) -> Wish:
    """What a form asks to forget.

    Raises:
        ForgetUnclear: it names nothing, or no day.
    """
    value = value.strip()
    if not value:
        raise ForgetUnclear(reason="it names nothing")
    if selector == "before":
        try:
            value = date.fromisoformat(value).isoformat()
        except ValueError:
            raise ForgetUnclear(reason="that is no day, such as 2026-01-31") from None
    return Wish(selector, value, copies)


@contextmanager
def _opened(house: House) -> Iterator[tuple[Connection, Vault]]:
    settings = house.settings
    store_waiting(settings.home, house.act, ZoneInfo(settings.timezone))  # else what was just said would come after
    with house.act() as connection:
        vault = Vault.open(settings.home, connection)
        connection.commit()  # what is forgotten is a transaction of its own
        yield connection, vault
