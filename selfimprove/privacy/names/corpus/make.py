"""All training and validation texts, drawn from templates; a template belongs to one of the two for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

from selfimprove.privacy.names.corpus import addresses, innocent, people, places
from selfimprove.privacy.names.corpus.draft import Draft, Fill, fill, join, recased
from selfimprove.privacy.names.labels import TYPES

SEED = 5
LANGUAGES = {"en": 0.58, "de": 0.1, "fr": 0.07, "es": 0.07, "it": 0.05, "nl": 0.05, "pt": 0.04, "pl": 0.04}
PLAIN = 0.36  # share of sentences that name nobody
JOINED = 0.45  # share of texts of several sentences
HIDDEN = 0.04  # share of values that were redacted before
HELD_OUT = 8  # one template in so many is for validation
_FOLDER = Path(__file__).with_name("sentences")


def training(count: int, seed: int = SEED) -> list[Draft]:
    """Texts to train on."""
    return _draw(count, f"{seed}/training", held_out=False)


def validation(count: int, seed: int = SEED) -> list[Draft]:
    """Texts from templates that no training text is made from."""
    return _draw(count, f"{seed}/validation", held_out=True)


def templates() -> dict[str, list[str]]:
    """Every template, by file."""
    return {file.stem: _lines(file) for file in sorted(_FOLDER.glob("*.txt"))}


def digest(drafts: Sequence[Draft]) -> str:
    """A hash of texts and labels."""
    return hashlib.sha256("\n".join(f"{draft.text!r} {draft.spans}" for draft in drafts).encode()).hexdigest()


def is_held_out(template: str) -> bool:
    """Whether a template is for validation; by its hash."""
    return int(hashlib.sha256(template.encode()).hexdigest()[:8], 16) % HELD_OUT == 0


@cache
def _lines(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8").replace("{{", "{").replace("}}", "}")
    return [line.replace("\\n", "\n") for line in text.splitlines() if line]


def _draw(count: int, seed: str, *, held_out: bool) -> list[Draft]:
    draw = Random(seed)
    named = {"PER": people.fields(draw), "LOC": places.fields(draw), "ADDR": addresses.fields(draw)}
    values = {**innocent.fields(draw)} | {
        field: _at_times_hidden(draw, make, TYPES[label]) for label, own in named.items() for field, make in own.items()
    }
    sides = {name: [line for line in lines if is_held_out(line) == held_out] for name, lines in templates().items()}
    return [_text(draw, sides, values) for _ in range(count)]


def _at_times_hidden(draw: Random, make: Fill, type_: str) -> Fill:
    """The value, or now and then the pseudonym that redaction puts in its place: nothing is left to mask there."""
    return lambda: (f"[{type_}_{draw.randint(1, 9)}]", "O") if draw.random() < HIDDEN else make()


def _text(draw: Random, sides: Mapping[str, Sequence[str]], values: Mapping[str, Fill]) -> Draft:
    language = draw.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    count = draw.choice([2, 2, 3, 4]) if draw.random() < JOINED else 1
    parts = [_sentence(draw, sides, language, values) for _ in range(count)]
    return _written(draw, join(parts, draw.choice([" ", " ", "\n", "\n\n"])))


def _sentence(
    draw: Random, sides: Mapping[str, Sequence[str]], language: str, values: Mapping[str, Fill]
) -> Draft:
    plain = sides[f"{language}_plain"]
    lines = plain if plain and draw.random() < PLAIN else sides[language] or sides["en"]
    return fill(draw.choice(lines), values)


def _written(draw: Random, draft: Draft) -> Draft:
    """As people type: mostly with care, at times without capitals or in nothing else."""
    kind = draw.random()
    if kind < 0.14:
        return recased(draft, str.lower)
    if kind < 0.16:
        return recased(draft, str.upper)
    return recased(draft, str.title) if kind < 0.18 and not draft.spans else draft
