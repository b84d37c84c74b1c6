"""A second look for personal data and secrets, after redaction."""

from selfimprove.curation.reason import Reason
from selfimprove.privacy.redact import locate
from selfimprove.privacy.redacted_chat import RedactedChat


def left_over_secret(chat: RedactedChat) -> Reason | None:
    """The redactor still finds something in the redacted text of a message or of feedback."""
    texts = [(i, m.content) for i, m in enumerate(chat.messages)]
    texts += [(f.position, f.text) for f in chat.feedback if f.text]
    found = locate([text for _, text in texts])
    for (position, _), spans in zip(texts, found, strict=True):
        for span in spans:
            return Reason("left_over_secret", position, span.rule)
    return None
