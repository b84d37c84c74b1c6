"""What duplicates are found by: a hash of the normalised text, and a MinHash of its character 5-grams."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SKETCH_VERSION = "3"
GRAM = 5
BINS = 64
EMPTY = np.uint32(0xFFFFFFFF)
CHUNK = 1 << 17  # characters: what is worked out for them at a time stays in the processor's caches
PRIMES = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64
)

# At the end of a word a mark is style, and so are quotes around it and a bracket that a phrase opens with; before a
# word ("!done", ":q", ".env"), inside one ("3.5", "it's") or among signs of its own ("+", "!=") it is content.
OPENING = "'\"`“”„«»("
MARKS = f".,!?;:…){OPENING}"
DROPPED = re.compile(r"[,'\"`“”„«»]+|\.{3,}|…+")  # words that are only marks and yet style
# Marks that some languages set apart from their sentence; between other words they may be a line of code's.
SPACED = re.compile(r"(?<=\S) +[!?:;]+(?=\s*$|\s+[A-ZÀ-Þ\"«“„¿¡])", re.MULTILINE)
# Where signs or words join terms, brackets say which.
TERMS = re.compile(r"[-+*/%^=<>&|](?<=\S .)[-+*/%^=<>&|]{0,2} \(?\w")
GROUPS = re.compile(r"[()](?:(?<=\bnot \()|(?<=\band \()|(?<=\bor \()|(?<=\)) (?:and|or)\b)")
BRACKET_ENDS = re.compile(r"\)[.,;:?…]+(?=\s|\Z)")
POINT = re.compile(r"\.(?=[0-9])(?<![\w.]\.)")  # of ".5", which is 0.5 and not 5
# What nobody sees: characters without width, soft hyphens, marks of direction and of how an emoji is drawn.
DRAWN = "\ufe0f"
UNSEEN = re.compile(f"[{DRAWN}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

Bins = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """Of n texts: ids, hashes of the normalised text, and bins of shape (n, 64)."""

    ids: list[str]
    hashes: list[str]
    bins: Bins


def normalise(text: str) -> str:
    """The text without what does not change its meaning: letter forms, case, marks at word ends, kinds of space.

    Where there is nothing but marks, they are what it says.
    """
    if text.isascii():
        is_bare = text.replace(" ", "").isalnum()
        return " ".join(text.casefold().split()) if is_bare else _bare(text)
    bare = _bare(unicodedata.normalize("NFKC", text).replace("’", "'"))
    # what is unseen is looked for only where something is: the search would cost more than all the rest
    if (bare.isprintable() and DRAWN not in bare) or not UNSEEN.search(text):
        return bare
    return normalise(UNSEEN.sub("", text))


def _bare(text: str) -> str:
    if " !" in text or " ?" in text or " :" in text or " ;" in text:
        text = SPACED.sub("", text)
    if "(" in text and (TERMS.search(text) or GROUPS.search(text)):
        text = BRACKET_ENDS.sub(")", text).replace("(", " ( ").replace(")", " ) ")
    words = POINT.sub("0.", text.casefold()).split()
    return " ".join(filter(None, [word if word.isalnum() else _bare_word(word) for word in words])) or " ".join(words)


@lru_cache(maxsize=1 << 14)
def _bare_word(word: str) -> str:
    """The word without the marks that are style; a call's brackets and the mark of a factorial are none."""
    opened = word.lstrip(OPENING)
    bare = opened.rstrip(MARKS)
    if not bare:
        return "" if DROPPED.fullmatch(word) else word
    after = opened[len(bare) :]
    call = "" if after[0:1] != "(" else after[: 1 + after.startswith("()")]
    is_kept = bare[0] == ":" or bare[-1].isdigit() or bare in ("n", "k") or ")!" in after
    return f"{bare}{call}!" if is_kept and "!" in after else bare + call


def text_hash(normalised: str) -> str:
    """32 hex digits of the text."""
    return blake2b(normalised.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def bins_of(normalised: Sequence[str]) -> Bins:
    """One-permutation MinHash with optimal densification (Shrivastava 2017) of each text: shape (n, 64), uint32."""
    parts = [_densify(_minima(chunk)) for chunk in _chunks(normalised)]
    return np.concatenate(parts) if parts else np.empty((0, BINS), np.uint32)


def grams_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """How many character 5-grams each text has (a shorter text is one), and a 64-bit hash of every one, in order."""
    padded = [text if len(text) >= GRAM else text.ljust(GRAM) for text in texts]
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    mixed = np.zeros(max(0, codes.size - GRAM + 1), np.uint64)
    for offset, prime in enumerate(PRIMES):
        mixed += codes[offset : offset + mixed.size] * prime
    mixed ^= mixed >> np.uint64(32)
    mixed *= PRIMES[1]
    mixed ^= mixed >> np.uint64(29)
    mixed *= PRIMES[2]
    across = (np.cumsum(lengths)[:-1, None] - np.arange(1, GRAM)).ravel()
    return lengths - GRAM + 1, np.delete(mixed, across)


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of texts of about `CHUNK` characters, so that memory stays flat."""
    start = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= CHUNK:
            yield texts[start : at + 1]
            start, size = at + 1, 0
    if start < len(texts):
        yield texts[start:]


def _minima(texts: Sequence[str]) -> Bins:
    """Smallest gram hash in each of 64 bins; `EMPTY` where no gram falls into the bin."""
    lengths, hashes = grams_of(texts)
    bins = np.repeat(np.arange(len(texts)) * BINS, lengths) + (hashes >> np.uint64(58)).astype(np.int64)
    smallest = np.full(len(texts) * BINS, EMPTY, np.uint32)
    np.minimum.at(smallest, bins, hashes.astype(np.uint32))
    return smallest.reshape(len(texts), BINS)


def _densify(bins: Bins) -> Bins:
    """Fill each empty bin from a filled one of the same text, chosen by a sequence that all texts share."""
    rows, columns = np.nonzero(bins == EMPTY)
    source = bins.copy()
    order = np.random.Generator(np.random.PCG64(64)).integers(0, BINS, (BINS * 8, BINS))
    for attempt in order:
        if not rows.size:
            break
        values = source[rows, attempt[columns]]
        bins[rows, columns] = values
        left = values == EMPTY
        rows, columns = rows[left], columns[left]
    bins[rows, columns] = source.min(axis=1)[rows]
    return bins
