"""Texts a second that duplicates are found in, against the same method in plain Python, and what share is found.

Texts are random words, 12 to 60 of them; 5 in 100 are exact copies, 5 differ in case and marks, 10 in one to three
words. Recall is over the planted copies whose similarity to their source is 0.8 or more.

Run: python benchmarks/deduplicate.py [--sizes 10000 100000]
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from selfimprove.curation.deduplicate import deduplicate
from selfimprove.curation.sketch import normalise

THRESHOLD = 0.8
BANDS, LENGTH = 16, 4
LEAST_RECALL, LEAST_RATIO = 0.999, 4.0


@dataclass(frozen=True, slots=True)
class Planted:
    """Texts, and which of them were made from which."""

    texts: list[str]
    source: dict[int, int]


def plant(size: int, seed: int = 1) -> Planted:
    """Texts with copies among them; a copy comes after its source."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(20_000)]
    texts: list[str] = []
    source: dict[int, int] = {}
    for number in range(size):
        kind = draw.random()
        if number == 0 or kind >= 0.2:
            texts.append(" ".join(draw.choices(words, k=draw.randint(12, 60))))
            continue
        source[number] = draw.randrange(number)
        copied = texts[source[number]]
        texts.append(copied if kind < 0.05 else f"{copied.upper()}!" if kind < 0.1 else edit(draw, copied, words))
    return Planted(texts, source)


def edit(draw: random.Random, text: str, words: list[str]) -> str:
    """The text with one to three words exchanged."""
    changed = text.split()
    for _ in range(draw.randint(1, 3)):
        changed[draw.randrange(len(changed))] = draw.choice(words)
    return " ".join(changed)


def grams(text: str) -> set[str]:
    return {text[i : i + 5] for i in range(max(1, len(text) - 4))}


def alike(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def plain(texts: Iterable[str]) -> set[int]:
    """Numbers of texts that repeat an earlier one: the same sketch, bands and verification, with sets and dicts."""
    first: dict[str, int] = {}
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    sets: dict[int, set[str]] = {}
    found = set()
    for number, text in enumerate(map(normalise, texts)):
        if first.setdefault(text, number) != number:
            found.add(number)
            continue
        sets[number] = grams(text)
        smallest = [1 << 64] * 64
        for value in map(hash, sets[number]):
            bin_ = value & 63
            smallest[bin_] = min(smallest[bin_], value & 0xFFFFFFFFFFFFFFFF)
        keys = [(band, *smallest[band * LENGTH : (band + 1) * LENGTH]) for band in range(BANDS)]
        suspects = {earlier for key in keys for earlier in buckets[key]}
        if any(alike(sets[number], sets[earlier]) >= THRESHOLD for earlier in suspects):
            found.add(number)
        for key in keys:
            buckets[key].append(number)
    return found


def numpy(texts: Iterable[str]) -> set[int]:
    """The same by this package."""
    return {number for number, duplicate in enumerate(deduplicate(list(texts), THRESHOLD)) if duplicate}


def measured(find: Callable[[Iterable[str]], set[int]], planted: Planted) -> tuple[float, float]:
    """Texts per CPU second, and recall."""
    started = time.process_time()
    found = find(planted.texts)
    seconds = time.process_time() - started
    normal = [normalise(text) for text in planted.texts]
    due = [n for n, of in planted.source.items() if alike(grams(normal[n]), grams(normal[of])) >= THRESHOLD]
    return len(planted.texts) / seconds, sum(n in found for n in due) / len(due)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    good = True
    print(f"{'texts':>8} {'plain/s':>9} {'recall':>7} {'numpy/s':>9} {'recall':>7} {'ratio':>6}")
    for size in parser.parse_args().sizes:
        planted = plant(size)
        slow, slow_recall = measured(plain, planted)
        fast, recall = measured(numpy, planted)
        print(f"{size:>8} {slow:>9,.0f} {slow_recall:>7.4f} {fast:>9,.0f} {recall:>7.4f} {fast / slow:>6.1f}")
        good &= recall >= LEAST_RECALL and fast >= LEAST_RATIO * slow
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
