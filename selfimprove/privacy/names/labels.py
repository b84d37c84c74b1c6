"""What the tagger tells apart, and how a word is written: the encoder reads no capitals, so they are told to it."""

from __future__ import annotations

LABELS = ("O", "PER", "LOC", "ORG", "ADDR")  # in the order of the head's outputs
TYPES = {"PER": "NAME", "LOC": "PLACE", "ADDR": "ADDRESS"}  # what is masked, by what it is masked as
MARK, LOWER, TITLE, OPENING, UPPER, MIXED, INITIAL, DIGITS, UNCASED = range(9)
SPACED, GLUED, NEW_LINE = range(3)
SHAPES = 27  # nine ways to write a word, three ways it can stand after the one before
_ENDS = frozenset(".!?:;•*-#>|\"'“”„«»¿¡(")


def shape_of(word: str, before: str, gap: str) -> int:
    """How a word is written and how it stands after the word before it; both may be empty."""
    opens = not before or "\n" in gap or before in _ENDS
    stands = NEW_LINE if "\n" in gap or not before else SPACED if gap else GLUED
    return 3 * _case(word, opens) + stands


def _case(word: str, opens: bool) -> int:
    if any(map(str.isdigit, word)):
        return DIGITS
    if not word[:1].isalpha():
        return MARK
    if word.lower() == word.upper():
        return UNCASED
    if word.islower():
        return LOWER
    if word.isupper():
        return UPPER if len(word) > 1 else INITIAL
    return (OPENING if opens else TITLE) if word[:1].isupper() and word[1:].islower() else MIXED
