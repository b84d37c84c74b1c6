"""What a client is told of any failure: in OpenAI's form, with nothing in it that was sent."""

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from selfimprove.errors import SelfImproveError
from selfimprove.gateway.keeping import refusal
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.wire import wrong

CODES = {401: "invalid_api_key"}


def told(exc: Exception) -> Refusal | None:
    """The refusal that an error stands for; None for one that nobody foresaw."""
    if isinstance(exc, Refusal):
        return exc
    if isinstance(exc, HTTPException):
        return Refusal(exc.status_code, str(exc.detail), code=CODES.get(exc.status_code), headers=exc.headers)
    if isinstance(exc, RequestValidationError):
        first = exc.errors()[0]
        return wrong(first["loc"][1:], first["msg"], frozenset(map(str, first["loc"][1:2])))
    return refusal(exc) if isinstance(exc, SelfImproveError) else None
