"""What a page's form sends: urlencoded UTF-8. The framework reads other forms, some for minutes in which nobody else is
answered, and takes any of Python's codecs for their text.
"""

import re
from collections.abc import Mapping

from starlette.types import Scope

from selfimprove.gateway.limits import BODY_BYTES
from selfimprove.gateway.refusal import Refusal

NO_FORMS = ("/v1/", "/dagster")  # these bodies are read as they are, or passed on
TYPE = re.compile(rb'(?i)application/(?:x-www-form-urlencoded|json)[ \t]*(?:;[ \t]*charset="?utf-?8"?[ \t]*)?')
BYTES = 512 * 1024  # of a form, which takes a microsecond for two of them to be read
STRANGERS_BYTES = 8 * 1024  # enough for a token and for where to go afterwards


def insist_on_plain(headers: Mapping[bytes, bytes]) -> None:
    """Take no compressed bodies: a few of their bytes could become very many.

    Raises:
        Refusal: 415, it is one.
    """
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
        message = "Compressed bodies are not read: send the request without content-encoding."
        raise Refusal(415, message, param="content-encoding", code="unsupported_content_encoding")


def room(scope: Scope) -> int:
    """How many bytes may come with a request that is none of `NO_FORMS`: few from whoever was not let in.

    Raises:
        Refusal: 415, it is another form than a page's.
    """
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    if scope["method"] == "POST" and (len(types) > 1 or not all(map(TYPE.fullmatch, types))):
        message = "Forms are taken as application/x-www-form-urlencoded in UTF-8 alone."
        raise Refusal(415, message, code="unsupported_media_type")
    if scope["state"]["visitor"] is None or scope["path"] == "/login":
        return STRANGERS_BYTES
    return BYTES if types and b"form" in types[0].lower() else BODY_BYTES
