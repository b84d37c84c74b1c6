"""What a model says, as a terminal may have it: nothing that moves its cursor, colours, rings or writes elsewhere."""

KEPT = "\n\t\u200c\u200d"  # joiners, without which some scripts and symbols fall apart


def visible(text: str) -> str:
    """The text with every control, format character and unassigned mark left out; any blank is a plain one."""
    return "".join(map(_mark, text))


def _mark(mark: str) -> str:
    if mark.isprintable() or mark in KEPT:
        return mark
    return " " if mark.isspace() and mark not in "\r\x0b\x0c\x1c\x1d\x1e\x1f\x85" else ""
