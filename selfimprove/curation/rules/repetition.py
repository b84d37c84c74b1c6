"""Answers that run in circles. Limits are looser than the web's: a list, a table or a poem repeats itself by right."""

import re
from collections import Counter

LONG = 200
LINES = 0.4
WORDS = 0.4
NGRAM = 6
LOOP = re.compile(r"(?<!\w)(.{1,60}?)\1{5,}", re.DOTALL)
LETTER = re.compile(r"[^\W\d_]")
TOKEN = re.compile(r"\w+")


def repetition(text: str) -> str | None:
    """How the text repeats itself, by name: a loop at any length, lines and n-grams in long text only."""
    if _loops(text):
        return "loop"
    if len(text) < LONG:
        return None
    if _repeated_lines(text) > LINES:
        return "repeated_lines"
    return "repeated_words" if _repeated_words(text) > WORDS else None


def _loops(text: str) -> bool:
    """Whether one piece, six or more times in a row, is half of the text; in short text digits may repeat."""
    half = len(text) / 2
    return any(len(m[0]) > max(half, 24 if LETTER.search(m[1]) else LONG) for m in LOOP.finditer(text))


def _repeated_lines(text: str) -> float:
    """Share of lines of three words or more that stood there before."""
    lines = Counter(line.strip() for line in text.splitlines() if len(line.split()) >= 3)
    return sum(n - 1 for n in lines.values()) / max(1, lines.total()) if lines.total() >= 4 else 0.0


def _repeated_words(text: str) -> float:
    """Share of letters inside n-grams that stood there before, counted without overlap."""
    words = TOKEN.findall(text.casefold())
    seen: set[tuple[str, ...]] = set()
    repeated = at = 0
    while at + NGRAM <= len(words):
        gram = tuple(words[at : at + NGRAM])
        again = gram in seen
        seen.add(gram)
        repeated += sum(map(len, gram)) if again else 0
        at += NGRAM if again else 1
    return repeated / max(1, sum(map(len, words)))
