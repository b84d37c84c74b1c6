"""How the tests of rules ask."""

from selfimprove.privacy.redact import find


def masks(text: str, value: str) -> bool:
    """Whether every letter and digit of the value is inside a span of the text."""
    start = text.index(value)
    inside = {at for span in find(text) for at in range(span.start, span.end)}
    return all(at in inside for at in range(start, start + len(value)) if text[at].isalnum())


def found(text: str) -> list[tuple[str, str]]:
    """Type and text of each span."""
    return [(span.type, text[span.start : span.end]) for span in find(text)]
