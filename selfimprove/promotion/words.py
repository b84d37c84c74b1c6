"""The words and numbers of a text, in any script."""

import re
from collections.abc import Iterator

from selfimprove.curation.sketch import MARKS, normalise

EDGES = MARKS + "*_#`~|[]{}<>"
# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, and Han.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
LISTED = re.compile(r"^\s*\d{1,3}[.)]\s", re.MULTILINE)  # the number of an item, which tells nothing
NUMBER = re.compile(r"-?\d+(?:[.,:/-]\d+)*")  # "1.5l" and "1.5 l" hold the same one
THOUSAND = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def words_of(text: str) -> set[str]:
    """Its distinct words and numbers, as `normalise` has them; where nothing parts words, pairs of characters."""
    plain = LISTED.sub("", text) if len(LISTED.findall(text)) > 1 else text
    bare = (word.strip(EDGES) for word in normalise(THOUSAND.sub("", plain)).split())
    return {part for word in bare for part in _parts(word) if any(map(str.isalnum, part))}


def _parts(word: str) -> Iterator[str]:
    yield from NUMBER.findall(word)
    rest = NUMBER.sub(" ", word)
    for run in UNSPACED.findall(rest):
        yield from (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    yield from UNSPACED.sub(" ", rest).split()
