"""The bytes of a token that is a part of a character: its text does not tell them, its name in the vocabulary does."""

import codecs
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

UNFINISHED = "\ufffd"  # what a part of a character decodes to
FALLBACK = re.compile(r"<0x([0-9A-Fa-f]{2})>")  # SentencePiece's tokens for what it has no other for


def token_bytes(tokenizer: Any, token: int) -> bytes | None:
    """The bytes of a token that is named by them, as GPT-2's vocabulary names all, or as a byte; None of others."""
    name = tokenizer.convert_ids_to_tokens(token)
    if not isinstance(name, str):  # models have room for more tokens than there are
        return None
    fallback = FALLBACK.fullmatch(name)
    if fallback:
        return bytes.fromhex(fallback[1])
    known = _bytes_of_characters()
    return bytes(known[one] for one in name) if all(one in known for one in name) else None


def whole(tokenizer: Any, tokens: Iterable[int]) -> str | None:
    """The text of tokens without an unfinished character at their end; None where one is not named by its bytes."""
    found = [token_bytes(tokenizer, token) for token in tokens]
    raw = [one for one in found if one is not None]
    if len(raw) < len(found):
        return None
    return codecs.getincrementaldecoder("utf-8")("replace").decode(b"".join(raw))


@cache
def _bytes_of_characters() -> dict[str, int]:
    """GPT-2's characters for bytes: a visible one of Latin-1 is itself, and the others follow from U+0100 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(0x100 + at): byte for at, byte in enumerate(others)}
