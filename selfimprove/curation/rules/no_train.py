"""The owner's veto: a tag anywhere in the thread. Privacy has read the raw text for it; this is a second look."""

from selfimprove.curation.reason import Reason
from selfimprove.privacy.redacted_chat import RedactedChat
from selfimprove.privacy.veto import has_tag


def no_train(chat: RedactedChat) -> Reason | None:
    """A message or a piece of feedback bears #no-train, #no-rag or #private, however it is spelled."""
    for position, message in enumerate(chat.messages):
        if has_tag(message.content):
            return Reason("no_train", position, "message")
    noted = (f.position for f in chat.feedback if f.text and has_tag(f.text))
    return next((Reason("no_train", position, "feedback") for position in noted), None)
