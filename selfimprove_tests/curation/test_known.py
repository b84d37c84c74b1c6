import random

import numpy as np

from selfimprove.curation.known import Hashes, Ids
from selfimprove.curation.runs import CROWD, Runs
from selfimprove.curation.sketch import text_hash


def test_ids_come_back_by_their_number() -> None:
    ids = Ids()
    ids.add(["a", "", "über", "\ud800"])
    ids.add([])
    ids.add(["z" * 40])
    assert [ids[at] for at in range(5)] == ["a", "", "über", "\ud800", "z" * 40]


def test_hashes_are_found_with_their_number_in_batches_of_any_size() -> None:
    known, all_of_them = Hashes(), [text_hash(str(at)) for at in range(5000)]
    sizes, at = random.Random(1), 0
    while at < len(all_of_them):
        size = sizes.choice([0, 1, 7, 2500])
        known.add(all_of_them[at : at + size])
        at += size
    assert known.find(all_of_them) == {hash_: at for at, hash_ in enumerate(all_of_them)}
    assert known.find([text_hash("new"), all_of_them[7], all_of_them[7]]) == {all_of_them[7]: 7}
    assert known.find([]) == Hashes().find(all_of_them) == {}


def test_hashes_that_agree_in_their_first_half_are_told_apart() -> None:
    known, halves = Hashes(), ("0" * 16, "1" * 16, "2" * 16)
    first, second, unknown = ("00000000ffffffff" + half for half in halves)
    known.add([first, second])
    assert known.find([second, unknown, "00000000eeeeeeee" + halves[0]]) == {second: 1}


def test_keys_meet_their_numbers_whatever_run_holds_them() -> None:
    draw = np.random.Generator(np.random.PCG64(3))
    keys, runs = draw.integers(0, 300, 1000, np.uint64), Runs()
    for at in range(0, 1000, 90):
        runs.add(keys[at : at + 90], np.arange(at, min(at + 90, 1000)))
    assert all((run[1:] >= run[:-1]).all() for run in runs.runs)
    assert sum(run.size for run in runs.runs) == 1000
    asked = np.array([5, 299, 301, 2**32 - 1], np.uint64)
    places, numbers = runs.meetings(asked)
    expected = {(place, number) for place, key in enumerate(asked) for number in np.flatnonzero(keys == key).tolist()}
    assert set(zip(places.tolist(), numbers.tolist(), strict=True)) == expected


def test_of_a_crowd_the_lowest_numbers_meet() -> None:
    runs = Runs()
    runs.add(np.full(1000, 7, np.uint64), np.arange(1000)[::-1].copy())
    places, numbers = runs.meetings(np.array([7, 7], np.uint64))
    assert sorted(numbers.tolist()) == sorted([*range(CROWD)] * 2)
    assert sorted(places.tolist()) == [0] * CROWD + [1] * CROWD
