"""Where redirects lead: to a path of this gateway, never to an address. Its name, and whether it is asked by https, is
known to whoever asked alone: a proxy may stand before it, and it stands before Dagster, whose name is made up.
"""

import re

ORIGIN = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*")
Headers = list[tuple[bytes, bytes]]


def here(status: int, headers: Headers) -> Headers:
    """An answer's headers, with what leads to an address leading to its path."""
    if not 300 <= status < 400:
        return headers
    return [(name, _path(value) if name.lower() == b"location" else value) for name, value in headers]


def _path(location: bytes) -> bytes:
    found = ORIGIN.match(location)
    return b"/" + location[found.end() :].lstrip(b"/\\") if found else location
