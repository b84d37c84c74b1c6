"""Fenced code in Markdown, told apart from the prose around it in one pass over the lines."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]*```+[ \t]*(\w*)(.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One closed code block; `language` is the word after its opening ticks, lower case."""

    language: str
    body: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """A text's closed blocks, the prose outside any block, and whether a block was left open."""

    blocks: tuple[Block, ...]
    prose: str
    is_open: bool


def split(text: str) -> Fenced:
    """Blocks and prose; ticks with more after them do not close a block, as in CommonMark."""
    blocks, prose, body = [], [], list[str]()
    language: str | None = None
    for line in text.splitlines():
        ticks = _FENCE.fullmatch(line)
        if language is None and ticks:
            language, body = ticks[1].lower(), []
        elif language is None:
            prose.append(line)
        elif ticks and not ticks[1] and not ticks[2].strip():
            blocks.append(Block(language, "\n".join(body)))
            language = None
        else:
            body.append(line)
    return Fenced(tuple(blocks), "\n".join(prose), language is not None)
