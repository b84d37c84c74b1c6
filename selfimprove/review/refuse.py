"""What the gateway refuses, as a page for people: why, and where to go."""

import re
from http.client import responses

from fastapi import Request, Response

from selfimprove.gateway import login
from selfimprove.gateway.refusal import Refusal
from selfimprove.review import show
from selfimprove.review.reader import READER, reader

WHOLE = re.compile(r"https?://[^/?#]+(/[^?#]*)(?:\?([^#]*))?")  # path and query of an address
NO_PAGE = "There is no such page, or nothing that can be done there."  # where HTTP's own word is all there is


def refused(request: Request, refusal: Refusal) -> Response:
    """A refusal as a page; who is not let in can log in, and go on where the form was."""
    READER.set(reader(request))
    is_bare = refusal.message == responses.get(refusal.status, "")
    enter = login.way(*_asked_from(request)) if refusal.status == 401 else ""
    said = NO_PAGE if is_bare else refusal.message
    answer = show.page("error.html.j2", status=refusal.status, said=said, here="", enter=enter)
    answer.headers.update(refusal.told_beside())
    return answer


def _asked_from(request: Request) -> tuple[bytes, bytes]:
    """Path and query of the page that asked; the first one where none did."""
    found = WHOLE.match(request.headers.get("referer", ""))
    path, query = found.groups("") if found else ("/", "")
    return path.encode("latin-1"), query.encode("latin-1")
