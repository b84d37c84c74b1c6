"""Ids and hashes of all texts so far, at the cost of their bytes: a Python string of 32 digits takes 81."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from selfimprove.curation.runs import HALF, Runs


class Ids:
    """Strings by their number, end to end."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.ends = array("Q", [0])

    def add(self, ids: Sequence[str]) -> None:
        """Number more strings, from the last number on."""
        for id in ids:
            self.text += id.encode("utf-8", "surrogatepass")
            self.ends.append(len(self.text))

    def __getitem__(self, number: int) -> str:
        return self.text[self.ends[number] : self.ends[number + 1]].decode("utf-8", "surrogatepass")


class Hashes:
    """Hashes of 128 bits, as 32 hex digits, by their number; none comes twice."""

    def __init__(self) -> None:
        self.size = 0
        self.halves: NDArray[np.uint64] = np.empty((1024, 2), np.uint64)
        self.keys = Runs()

    def add(self, hashes: Sequence[str]) -> None:
        """Number more hashes, from the last number on."""
        halves, needed = _halves(hashes), self.size + len(hashes)
        if needed > len(self.halves):
            self.halves.resize((max(needed, 9 * len(self.halves) // 8), 2), refcheck=False)
        self.halves[self.size : needed] = halves
        self.keys.add(halves[:, 0] >> HALF, np.arange(self.size, needed))
        self.size = needed

    def find(self, hashes: Sequence[str]) -> dict[str, int]:
        """The numbers of those that are known."""
        halves = _halves(hashes)
        places, numbers = self.keys.meetings(halves[:, 0] >> HALF)
        equal = (halves[places] == self.halves[numbers]).all(axis=1)
        pairs = zip(places[equal].tolist(), numbers[equal].tolist(), strict=True)
        return {hashes[place]: number for place, number in pairs}


def _halves(hashes: Sequence[str]) -> NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex("".join(hashes)), ">u8").astype(np.uint64).reshape(-1, 2)
