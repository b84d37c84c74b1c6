"""A second look for personal data and secrets, after redaction."""

from selfimprove.curation.reason import Reason
from selfimprove.privacy.redact import find
from selfimprove.privacy.redacted_chat import RedactedChat


def left_over_secret(chat: RedactedChat) -> Reason | None:
    """The redactor still finds something in the redacted text of a message or of feedback."""
    texts = [(i, m.content) for i, m in enumerate(chat.messages)]
    texts += [(f.position, f.text) for f in chat.feedback if f.text]
    for position, text in texts:
        for span in find(text):
            return Reason("left_over_secret", position, span.rule)
    return None
