"""Texts a CPU second that duplicates are found in, beside datasketch and rensa on the same texts, and what is found.

Texts are random words, 12 to 60 of them, about as long as a short chat; 5 in 100 are exact copies, 5 differ in case and
marks, 10 in one to three words. All ways get the same exact stage, on normalised text, and the same character 5-grams;
the peers run with 128 permutations and locality-sensitive hashing at 0.8. A copy may be made of a copy, and so on: what
counts is which texts stay. Recall is over the texts whose 5-grams, counted with sets, overlap by 0.8 or more with those
of an earlier one that the same way let stay; a false one is a text called a repeat of which that is not true, or whose
original, where it is told, is another text or none that stays.
The peers come with `pip install 'selfimprove[bench]'`; without them only our own row is printed.

Run: python benchmarks/deduplicate.py [--size 100000] [--rounds 3]
"""

import argparse
import importlib.util
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from selfimprove.curation.deduplicate import deduplicate
from selfimprove.curation.sketch import normalise

THRESHOLD = 0.8
PERMUTATIONS, BATCH = 128, 1000
LEAST_RECALL, LEAST_RATIOS = 0.999, {"datasketch": 4.0, "rensa": 1.4}
Find = Callable[[Sequence[str]], dict[int, int | None]]  # number of each repeat -> of its original, where it is told


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


def grams(text: str) -> list[str]:
    return [text[i : i + 5] for i in range(max(1, len(text) - 4))]


def alike(one: str, other: str) -> float:
    mine, theirs = set(grams(one)), set(grams(other))
    shared = len(mine & theirs)
    return shared / (len(mine) + len(theirs) - shared)


def ours(texts: Sequence[str]) -> dict[int, int | None]:
    """By this package."""
    found = deduplicate(list(texts), THRESHOLD)
    return {number: int(duplicate.original) for number, duplicate in enumerate(found) if duplicate}


def distinct(texts: Sequence[str], found: dict[int, int | None]) -> Iterator[tuple[int, str]]:
    """Numbers and normalised texts without exact repeats, which go to `found`."""
    first: dict[str, int] = {}
    for number, text in enumerate(map(normalise, texts)):
        if first.setdefault(text, number) == number:
            yield number, text
        else:
            found[number] = first[text]


def datasketch(texts: Sequence[str]) -> dict[int, int | None]:
    """MinHashLSH: what it returns for a text is taken as a repeat; a text without is inserted."""
    from datasketch import MinHash, MinHashLSH

    index, found = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), dict[int, int | None]()
    for number, text in distinct(texts, found):
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([gram.encode() for gram in grams(text)])
        met = index.query(sketch)
        if met:
            found[number] = int(min(met))
        else:
            index.insert(number, sketch, check_duplication=False)
    return led_on(found)


def rensa(texts: Sequence[str]) -> dict[int, int | None]:
    """RMinHashDeduplicator in batches: whether it took a text in; it does not tell the original."""
    from rensa import RMinHashDeduplicator

    seen, found = RMinHashDeduplicator(THRESHOLD, PERMUTATIONS, True), dict[int, int | None]()
    fresh = list(distinct(texts, found))
    for at in range(0, len(fresh), BATCH):
        batch = fresh[at : at + BATCH]
        added = seen.add_pairs([(str(number), grams(text)) for number, text in batch])
        found.update({number: None for (number, _), took in zip(batch, added, strict=True) if not took})
    return led_on(found)


def led_on(found: dict[int, int | None]) -> dict[int, int | None]:
    """A peer's finds, where an equal of a text that it took for a repeat is one of what that repeats."""
    return {number: of if of is None else found.get(of, of) for number, of in found.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """What one way reached."""

    speed: float
    recall: float
    false: int


def timed(ways: dict[str, Find], texts: Sequence[str], rounds: int) -> dict[str, tuple[float, dict[int, int | None]]]:
    """What each way found, and its least CPU seconds over rounds in turn; datasketch, ten times slower, has one."""
    timed: dict[str, tuple[float, dict[int, int | None]]] = {}
    for number in range(rounds):
        for name, find in ways.items():
            if number and name == "datasketch":
                continue
            started = time.process_time()
            found = find(texts)
            seconds = time.process_time() - started
            timed[name] = min(seconds, timed.get(name, (seconds,))[0]), found
    return timed


def families(planted: Planted) -> Iterator[list[int]]:
    """Texts that were made from each other, in their order, two or more: all others are random."""
    of: dict[int, list[int]] = {}
    for number in range(len(planted.texts)):
        family = of[number] = of[planted.source[number]] if number in planted.source else []
        family.append(number)
    yield from (family for first, family in of.items() if first not in planted.source and len(family) > 1)


def due(planted: Planted, normal: Sequence[str], found: dict[int, int | None]) -> set[int]:
    """Texts that are like an earlier one which was let stay, by comparing every pair that can be."""
    like = set[int]()
    for family in families(planted):
        stays = list[int]()
        for number in family:
            if any(alike(normal[number], normal[earlier]) >= THRESHOLD for earlier in stays):
                like.add(number)
            if number not in found:
                stays.append(number)
    return like


def judged(seconds: float, found: dict[int, int | None], planted: Planted) -> Row:
    """Texts per CPU second, recall, and repeats that are none."""
    normal = [normalise(text) for text in planted.texts]
    wanted = due(planted, normal, found)
    missed = len(wanted - found.keys())
    false = sum(
        number not in wanted if of is None else of in found or alike(normal[number], normal[of]) < THRESHOLD
        for number, of in found.items()
    )
    return Row(len(normal) / seconds, 1 - missed / len(wanted), false)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    planted = plant(asked.size)
    peers: dict[str, Find] = {"datasketch": datasketch, "rensa": rensa}
    ways = {"selfimprove": ours, **{name: find for name, find in peers.items() if importlib.util.find_spec(name)}}
    measured = timed(ways, planted.texts, asked.rounds)
    rows = {name: judged(seconds, found, planted) for name, (seconds, found) in measured.items()}
    own = rows["selfimprove"]
    print(f"{asked.size} texts\n{'':<12} {'texts/s':>9} {'recall':>7} {'false':>6} {'ours is':>8} {'limit':>6}")
    for name, row in rows.items():
        ratio = f"{own.speed / row.speed:>7.2f}x {LEAST_RATIOS[name]:>5}x" if name in LEAST_RATIOS else ""
        print(f"{name:<12} {row.speed:>9,.0f} {row.recall:>7.4f} {row.false:>6} {ratio}")
    fast = all(own.speed >= least * rows[name].speed for name, least in LEAST_RATIOS.items() if name in rows)
    return int(not (fast and own.recall >= LEAST_RECALL and own.false == 0))


if __name__ == "__main__":
    raise SystemExit(main())
