"""A text as it is compared with what was forgotten: programs and keyboards write the same in several ways."""

import unicodedata
from collections.abc import Callable

from selfimprove.models.thoughts import OPENS, THOUGHT

FEW = 20  # letters that are sooner exchanged one after another than all at once
QUOTES, DASHES = "\u2018\u2019\u201a\u201b\u2032\u00b4`", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
PLAIN = {
    **dict.fromkeys(QUOTES, "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys(DASHES, "-"), "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i",
}  # fmt: skip


def normalised(text: str) -> str:
    """Folded for comparing: NFKC, case, each run of white space one blank."""
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = _exchanged(folded, lambda letter: "" if unicodedata.category(letter) == "Cf" else letter)
    return " ".join(visible.split())


def spelled(text: str) -> str:
    """Normalised, and without what keyboards and programs write in several ways: accents, curved quotes, dashes."""
    plain = normalised(text)
    if plain.isascii():
        return plain.replace("`", "'")
    letters = unicodedata.normalize("NFKD", _exchanged(plain, lambda letter: PLAIN.get(letter, letter)))
    return _exchanged(letters, lambda letter: "" if unicodedata.combining(letter) else letter)


def shown(text: str) -> str:
    """Without what a model thought aloud: clients fold that away, and leave it out where they keep an answer."""
    return THOUGHT.sub("", text) if OPENS in text else text


def _exchanged(text: str, by: Callable[[str], str]) -> str:
    """Each letter exchanged by another, or by none; a text has many letters, and few that differ."""
    others = {letter: other for letter in set(text) if (other := by(letter)) != letter}
    if len(others) > FEW:
        return text.translate({ord(letter): other for letter, other in others.items()})
    for letter, other in others.items():
        text = text.replace(letter, other)
    return text
