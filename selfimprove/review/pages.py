"""All pages as one router, for the gateway to serve."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from psycopg import DataError, OperationalError

from selfimprove.errors import DatabaseDown, SelfImproveError
from selfimprove.review import adapters, approval, champion, chats, nights, ratings, show, taking_back, today
from selfimprove.review.house import House
from selfimprove.review.reader import READER, reader
from selfimprove.settings import Settings

__all__ = ["House", "Page", "router"]


class Page(APIRoute):
    """A route whose errors are pages too, in the words of the error."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            READER.set(reader(request))
            try:
                return await answer(request)
            except OperationalError:
                return _error(DatabaseDown(reason="the connection broke"))
            except DataError:  # a text that no column holds, such as one with a NUL, or a number too large
                return show.page("error.html.j2", status=400, said="What was sent names nothing here.", here="")
            except SelfImproveError as exc:
                return _error(exc)

        return answered


def router(settings: Settings, **more: Any) -> APIRouter:
    """Every page; `more` is of House: what tells about the rest of the gateway."""
    house, found = House(settings, **more), APIRouter(route_class=Page, include_in_schema=False)
    for room in (today, ratings, nights, champion, approval, adapters, chats, taking_back):
        found.include_router(room.routes(house, partial(APIRouter, route_class=Page)))
    found.add_api_route("/static/{name}", show.file, methods=["GET"])
    return found


def _error(exc: SelfImproveError) -> Response:
    name = type(exc).__name__
    status = 503 if isinstance(exc, DatabaseDown) else 404 if name.endswith(("Unknown", "Missing")) else 409
    return show.page("error.html.j2", status=status, said=str(exc), here="")
