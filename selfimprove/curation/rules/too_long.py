"""Messages longer than anyone writes or a training sequence holds: a file poured in, an answer that ran away."""

from collections.abc import Mapping

from selfimprove.curation.reason import Reason, taught
from selfimprove.privacy.redacted_chat import RedactedChat

# Characters; a token is three or four of them.
LONGEST: Mapping[str, int] = {"system": 32_000, "user": 32_000, "assistant": 24_000, "tool": 64_000}


def too_long(chat: RedactedChat) -> Reason | None:
    """A message, corrections in place, has more characters than its role may have."""
    lengths = ((position, message.role, len(message.content)) for position, message in enumerate(taught(chat)))
    return next((Reason("too_long", at, role) for at, role, length in lengths if length > LONGEST[role]), None)
