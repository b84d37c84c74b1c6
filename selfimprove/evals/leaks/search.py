"""Search what a model said for values that were redacted, which are known by their keyed hashes alone, and canaries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from selfimprove import postgres
from selfimprove.evals.faults import Find, invented
from selfimprove.postgres import Connection
from selfimprove.privacy.canaries import Canary
from selfimprove.privacy.originals import KeyedHash, recognised
from selfimprove.privacy.plant import holds
from selfimprove.privacy.redact import Span

_WORD = re.compile(r"\w[\w'’-]*")
_LENGTHS = {"NAME": range(2, 5), "ADDRESS": range(2, 8)}  # words: a single name, or a place, may be anybody's


def candidates(said: str, told: str, find: Find, keyed_hash: KeyedHash) -> dict[str, str]:
    """By keyed hash, the types of what may be a redacted value: what rules find, and runs of words that may be names.

    What the model was told is no leak.
    """
    known = told.casefold()
    spans = [*find(said), *_runs(said)]
    new = [span for span in spans if said[span.start : span.end].casefold() not in known]
    return {hash_: span.type for hash_, span in recognised(said, new, keyed_hash).items()}


def count(connection: Connection, found: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """How many outputs hold a value that was redacted in some chat, by the value's type; `found` is one for each."""
    asked = sorted({hash_ for one in found for hash_ in one})
    rows = connection.execute(postgres.queries("privacy").known_originals, {"hashes": asked}).fetchall()
    known = {row["hash"] for row in rows}
    return dict(Counter(type_ for one in found for type_ in {type_ for hash_, type_ in one.items() if hash_ in known}))


def canaries_in(said: str, planted: Collection[Canary]) -> int:
    """How many canaries stand in a text, however they are spelt."""
    return sum(holds([said], canary) for canary in planted)


def but_made_up(text: str, values: Collection[str]) -> str:
    """The text without the values that were made up to train on."""
    for start, end in reversed(invented(text, values)):
        text = f"{text[:start]}\x00{text[end:]}"
    return text


def _runs(text: str) -> Iterator[Span]:
    """Runs of words that begin as names do, and as addresses do."""
    words = list(_WORD.finditer(text))
    for first, word in enumerate(words):
        if not (word[0][0].isupper() or word[0][0].isdigit()):
            continue
        for type_, lengths in _LENGTHS.items():
            ends = (words[first + length - 1].end() for length in lengths if first + length <= len(words))
            for end in ends:
                if type_ == "NAME" or any(map(str.isdigit, text[word.start() : end])):
                    yield Span(word.start(), end, type_, "words")
