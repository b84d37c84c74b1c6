"""The words of a text, in any script."""

import re
import unicodedata
from collections.abc import Iterator

WORD = re.compile(r"[^\W_]+")
# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, and Han.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


def words_of(text: str) -> set[str]:
    """Its distinct words, whatever their case and form of letters; where nothing parts words, pairs of characters."""
    return {part for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()) for part in _parts(word)}


def _parts(word: str) -> Iterator[str]:
    for run in UNSPACED.findall(word):
        yield from (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    yield from filter(None, UNSPACED.split(word))
