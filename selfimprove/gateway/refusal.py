"""Why a request gets no answer, in the form that OpenAI's clients read."""

import math
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

TYPES = {
    401: "authentication_error", 403: "permission_error", 429: "rate_limit_error", 500: "server_error",
    502: "server_error", 503: "server_error",
}


class Gone(Exception):
    """Whoever asked is to hear nothing more."""


class Refusal(Exception):
    """A status, a sentence without anything of the chat in it, and the field and code that programs look at."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None,
        retry_after: float | None = None, headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code
        self.retry_after, self.headers = retry_after, headers or {}

    def as_json(self) -> dict[str, Any]:
        """OpenAI's error object."""
        kind = TYPES.get(self.status, "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def told_beside(self) -> dict[str, str]:
        """Headers that tell programs when to ask again, and as whom."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        return headers

    def response(self) -> Response:
        """The answer that says so."""
        return Response(orjson.dumps(self.as_json()), self.status, self.told_beside(), "application/json")


def unforeseen() -> Refusal:
    """What is told of an error that nobody foresaw: nothing of it, since its message may hold what was said."""
    return Refusal(500, "Something went wrong here; `selfimprove doctor` may know what.")
