"""Why a line of an imported file is not a chat."""

from typing import Literal

Reason = Literal[
    "invalid_json",
    "unknown_format",
    "no_messages",
    "unknown_role",
    "not_text",
    "too_large",
    "bad_timestamp",
    "before_first_day",
    "broken_tree",
]


class Unreadable(Exception):
    """Raised by a reader for one line; the detail says where or what to do, and never quotes the line."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")
