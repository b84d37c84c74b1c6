"""The words of a text, in any script."""

import re
from collections.abc import Iterator

from selfimprove.curation.sketch import normalise

MARKUP = "*_#`~|[]{}<>"
# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, and Han.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
LISTED = re.compile(r"^\s*\d{1,3}[.)]\s", re.MULTILINE)  # the number of an item, which tells nothing


def words_of(text: str) -> set[str]:
    """Its distinct words and numbers, as `normalise` has them; where nothing parts words, pairs of characters."""
    bare = (word.strip(MARKUP) for word in normalise(LISTED.sub("", text)).split())
    return {part for word in bare if any(map(str.isalnum, word)) for part in _parts(word)}


def _parts(word: str) -> Iterator[str]:
    for run in UNSPACED.findall(word):
        yield from (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    yield from filter(None, UNSPACED.split(word))
