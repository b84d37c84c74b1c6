"""Pages as HTML: every text escaped, no script or style but the files of this room, nothing kept in caches."""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse, Response

from selfimprove.charts import number
from selfimprove.reports import morning
from selfimprove.review import voices, words
from selfimprove.review.reader import READER

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FILES = {
    "look.css": morning.LOOK,
    **{name: HERE / "static" / name for name in ("review.css", "review.js", "htmx.min.js")},
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer the browser would send forms from "null"
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page(template: str, *, status: int = 200, **filled: Any) -> Response:
    """A page of templates/, with links to where its reader may go; who came by a cookie is offered to give it back."""
    filled["reader"] = READER.get()
    return HTMLResponse(templates().get_template(template).render(**filled), status, HEADERS)


def file(name: str) -> Response:
    """A style sheet or script; its address names its content, so that it may be kept for ever."""
    if name not in FILES:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(FILES[name].read_bytes(), 200, headers, TYPES[FILES[name].suffix])


@cache
def templates() -> "Environment":
    """The templates of this room and of the morning report."""
    found = morning.environment(HERE / "templates")
    found.filters |= {"moment": words.moment, "size": words.size, "number": number, "standing": voices.standing}
    found.filters |= {"day": words.day, "counted": words.counted}
    found.globals |= {"static": _address, "headlines": morning.HEADLINES, "tables": words.TABLES}
    found.globals |= {"actions": words.ACTIONS}
    return found


@cache
def _address(name: str) -> str:
    return f"/static/{name}?v={hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]}"
