"""The words and numbers of a text, in any script."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from selfimprove.curation.sketch import normalise

# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, and Han.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
LISTED = re.compile(r"^[^\S\n]*(\d{1,3})[.)]\s", re.MULTILINE)  # the number of an item, which tells nothing
NUMBER = re.compile(r"-?\d+(?:[.,:/-]\d+)*")  # "1.5l" and "1.5 l" hold the same one
THOUSAND = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
MONEY = "$€£¥₹₩₽₺₴₪₫฿"
SIGNED = re.compile(rf"-([{MONEY}])(?=\d)")  # "-€30" is -30 of them
SIGNS = re.compile(rf"[%‰{MONEY}≤≥→←✅❌✓✗✔✘]|[<>](?=\s*-?\d)")  # each a word: 30 % are no 30 €, nor < 5 g > 5 g
DASHES = {ord(minus): "-" for minus in "‐‑‒–−﹣－"} | {ord(dash): " " for dash in "—―|"}
FEW, SHARE = 12, 0.1  # of the texts: what more than both have makes none alike
RAISED = {ord(raised): f"^{digit}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}


def words_of(text: str) -> set[str]:
    """Its distinct words, numbers and signs as `normalise` has them; where nothing parts words, pairs of characters."""
    plain = text.replace("](", " ").translate(DASHES if text.isascii() else DASHES | RAISED)
    numbers = [int(number) for number in LISTED.findall(plain)]
    if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)):
        plain = LISTED.sub("", plain)
    plain = SIGNED.sub(r"\1-", THOUSAND.sub("", normalise(plain)))
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)
    return {*SIGNS.findall(plain), *(part for word in plain.split() for part in _parts(word.strip(_marks())))}


def telling(texts: Sequence[set[str]]) -> list[set[str]]:
    """Of the words of each text those that few of the texts have."""
    held = Counter(word for words in texts for word in words)
    most = max(FEW, SHARE * len(texts))
    return [{word for word in words if held[word] <= most} for words in texts]


def _parts(word: str) -> Iterator[str]:
    yield from NUMBER.findall(word)
    rest = NUMBER.sub(" ", word)
    for run in UNSPACED.findall(rest):
        yield from (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    for one in UNSPACED.sub(" ", rest).split():
        if any(map(str.isalnum, one)):
            yield one


@cache
def _marks() -> str:
    """What stands at the edge of a word and is none of it, in any script; "-" and "%" may be."""
    odd = (chr(code) for code in range(0x1F000) if unicodedata.category(chr(code))[0] == "P")
    return "".join(odd).translate({ord("-"): None, ord("%"): None, ord("‰"): None}) + "`~<>"
