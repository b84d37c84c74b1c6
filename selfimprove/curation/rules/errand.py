"""A client's own request beside a conversation, such as a title for it: there is nothing in it that a person asked."""

from selfimprove.chats.errand import is_errand
from selfimprove.curation.reason import Reason
from selfimprove.privacy.redacted_chat import RedactedChat


def errand(chat: RedactedChat) -> Reason | None:
    """A chat that begins with such a request."""
    position = next((at for at, message in enumerate(chat.messages) if message.role == "assistant"), 0)
    return Reason("errand", position - 1) if position and is_errand(chat.messages[:position]) else None
