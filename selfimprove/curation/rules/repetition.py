"""Answers that run in circles: shares of repeated lines, paragraphs and n-grams (Rae et al. 2021, "Gopher", table A1).

Limits are looser than the web's: a list, a table or a poem repeats itself by right.
"""

import re
from collections import Counter
from collections.abc import Sequence

LONG = 200
# Shares of what stood there before; in brackets what Gopher allows on the web.
LINES, LINE_LETTERS = 0.4, 0.4  # (0.3, 0.2)
PARAGRAPHS, PARAGRAPH_LETTERS = 0.4, 0.4  # (0.3, 0.2)
TOP = {2: 0.5, 3: 0.45, 4: 0.4}  # letters inside the most frequent n-gram (0.2, 0.18, 0.16)
AGAIN = {5: 0.45, 6: 0.4, 7: 0.39, 8: 0.38, 9: 0.37, 10: 0.36}  # letters inside repeated n-grams (0.15 … 0.1)
FEWEST = 4  # lines, paragraphs or repeats below which a share says nothing
LOOP = re.compile(r"(?<!\w)(.{1,60}?)\1{5,}", re.DOTALL)
LETTER = re.compile(r"[^\W\d_]")
TOKEN = re.compile(r"\w+")
PARAGRAPH = re.compile(r"\n\s*\n")


def repetition(text: str) -> str | None:
    """How the text, which has no code, repeats itself, by name: a loop at any length, shares in long text only."""
    if _loops(text):
        return "loop"
    if len(text) < LONG:
        return None
    if _repeats(text.splitlines(), LINES, LINE_LETTERS):
        return "repeated_lines"
    if _repeats(PARAGRAPH.split(text), PARAGRAPHS, PARAGRAPH_LETTERS):
        return "repeated_paragraphs"
    return _repeated_words(TOKEN.findall(text.casefold()))


def _loops(text: str) -> bool:
    """Whether one piece, six or more times in a row, is half of the text; in short text digits may repeat."""
    half = len(text) / 2
    return any(len(m[0]) > max(half, 24 if LETTER.search(m[1]) else LONG) for m in LOOP.finditer(text))


def _repeats(pieces: Sequence[str], share: float, letters: float) -> bool:
    """Whether too many pieces of three words or more, or too many letters of them, stood there before."""
    counts = Counter(piece.strip() for piece in pieces if len(piece.split()) >= 3)
    if counts.total() < FEWEST:
        return False
    again = {piece: n - 1 for piece, n in counts.items() if n > 1}
    lengths = sum(len(piece) * n for piece, n in counts.items())
    return (
        sum(again.values()) > share * counts.total()
        or sum(len(piece) * n for piece, n in again.items()) > letters * lengths
    )


def _repeated_words(words: Sequence[str]) -> str | None:
    """Which n-gram is too frequent, or of which length too many come back, if any."""
    letters = sum(map(len, words))
    for n, limit in TOP.items():
        if _most_frequent(words, n) > limit * letters:
            return f"top_{n}_gram"
    return next((f"repeated_{n}_grams" for n, limit in AGAIN.items() if _again(words, n) > limit * letters), None)


def _most_frequent(words: Sequence[str], n: int) -> int:
    """Letters inside the most frequent n-gram; an n-gram of one word over and over counts as any other."""
    grams: Counter[tuple[str, ...]] = Counter(zip(*(words[at:] for at in range(n)), strict=False))
    gram, count = max(grams.items(), key=lambda item: item[1] * sum(map(len, item[0])), default=((), 0))
    return sum(map(len, gram)) * count if count >= FEWEST else 0


def _again(words: Sequence[str], n: int) -> int:
    """Letters inside n-grams that stood there before, counted without overlap."""
    seen: set[tuple[str, ...]] = set()
    repeated = at = 0
    while at + n <= len(words):
        gram = tuple(words[at : at + n])
        again = gram in seen
        seen.add(gram)
        repeated += sum(map(len, gram)) if again else 0
        at += n if again else 1
    return repeated
