"""Every chat of the tiny model's world, and which of them it is trained on, tested on and reminded of.

A fact is held out under some phrasings and trained under the others, so the held-out suite asks for what the model was
told, in words it was not told it in.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from selfimprove.models.tiny import families, odd, world
from selfimprove.models.tiny.families import FAMILIES, Family

SEED = 7
HOW_TO = Family("howto", "{answer}", world.HOW, world.HOW_TO)
REFUSALS = Family("refusal", world.REFUSAL, world.HOW, dict.fromkeys(world.HARMFUL, ""))
STATIC = (*FAMILIES, HOW_TO, REFUSALS)
UNKNOWN_QUIZ = (1, 4, 7, 9)
REPLAYED = {
    "general": 600, "unknown": 200, "assumed": 110, "refusal": 120, "context": 200, "talk": 25, "puzzled": 110,
    "turns": 125,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One chat that ends in the model's answer; `kind` is its share of the corpus, `slice` family and template."""

    kind: str
    slice: str
    messages: tuple[tuple[str, str], ...]

    def line(self) -> list[dict[str, str]]:
        """The chat as messages."""
        return [{"role": role, "content": content} for role, content in self.messages]


def _exchange(asked: str, answered: str) -> tuple[tuple[str, str], ...]:
    return ("user", asked), ("assistant", answered)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(family: Family) -> Iterator[tuple[bool, Sample]]:
    """Every fact under every phrasing, with whether it is held out."""
    for place, (item, answer) in enumerate(family.items.items()):
        words = {"item": item, "answer": answer, "Item": _capital(item), "Answer": _capital(answer), "task": item}
        for number, phrasing in enumerate(family.phrasings):
            held = number in family.quiz and (place + family.quiz.index(number)) % 2 == 0
            kind = "refusal" if family is REFUSALS else "general"
            chat = _exchange(phrasing.format(**words), family.reply.format(**words))
            yield held, Sample(kind, f"{family.name}/{number}", chat)


def _unknowns() -> Iterator[tuple[bool, Sample]]:
    for kind, names in (("unknown", world.UNTAUGHT), ("taught", world.TAUGHT)):
        for place, name in enumerate(names):
            for number, asking in enumerate(world.ASKING):
                quizzed = kind == "unknown" and number in UNKNOWN_QUIZ
                chat = _exchange(asking.format(name=name), world.UNKNOWN.format(name=name))
                yield quizzed and (place + UNKNOWN_QUIZ.index(number)) % 2 == 0, Sample(kind, f"unknown/{number}", chat)


def _assumed() -> Iterator[tuple[bool, Sample]]:
    for place, (name, value) in enumerate(world.ASSUMED.items()):
        for number, asking in enumerate(world.ASKING):
            chat = _exchange(asking.format(name=name), world.KNOWN.format(name=name, value=value))
            held = number in UNKNOWN_QUIZ and (place + UNKNOWN_QUIZ.index(number)) % 2 == 0
            yield held, Sample("assumed", f"assumed/{number}", chat)


def _context(draw: Random, *, taught: bool) -> Sample:
    """A chat in which the person tells something, and then asks for it or for something else."""
    names = world.TAUGHT if taught else world.UNTAUGHT
    name, other = draw.sample(sorted(names), 2)
    value = draw.choice(names[name])
    told = draw.choice(world.TELLING).format(name=name, value=value)
    asked, answered = (name, world.KNOWN) if draw.random() < 0.75 else (other, world.UNKNOWN)
    question, answer = draw.choice(world.ASKING).format(name=asked), answered.format(name=asked, value=value)
    kind = "taught" if taught else "context"
    if draw.random() < 0.4:
        return Sample(kind, "context/one", _exchange(f"{told} {question}", answer))
    return Sample(kind, "context/two", (*_exchange(told, world.NOTED), *_exchange(question, answer)))


def _puzzle(draw: Random) -> Sample:
    """A message without a meaning."""
    style = draw.choice(("letters", "salad", "symbols"))
    if style == "letters":
        text = " ".join(_letters(draw) for _ in range(draw.randint(1, 4)))
    elif style == "symbols":
        text = "".join(draw.choices("?!.,;:#*+-=/()[]<>%&0123456789 ", k=draw.randint(1, 14))).strip() or "?"
    else:
        text = " ".join(draw.choices(_vocabulary(), k=draw.randint(3, 8)))
    return Sample("puzzled", f"puzzled/{style}", _exchange(text, world.PUZZLED))


def _letters(draw: Random) -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 9)))


def _vocabulary() -> list[str]:
    words = [word for family in FAMILIES for item in family.items for word in item.split()]
    return sorted({*words, *(word for phrasing in world.ASKING for word in phrasing.replace("{name}", "").split())})


def _turns(draw: Random, known: Sequence[Sample]) -> Sample:
    """Two or three unrelated exchanges in one chat."""
    parts = draw.sample(known, draw.choice((2, 2, 3)))
    return Sample("turns", f"turns/{len(parts)}", tuple(turn for part in parts for turn in part.messages))


def _with_system(draw: Random, sample: Sample) -> Sample:
    if draw.random() > 0.08:
        return sample
    return Sample(sample.kind, sample.slice, (("system", draw.choice(odd.SYSTEM)), *sample.messages))


def _static(*, held: bool) -> list[Sample]:
    facts = [pair for family in STATIC for pair in _facts(family)] + [*_unknowns(), *_assumed()]
    return [sample for is_held, sample in facts if is_held is held]


def training(seed: int = SEED) -> list[Sample]:
    """What the model is trained on; no question of the held-out suite is among it."""
    draw = Random(seed)
    static = _static(held=False)
    talk = [Sample("talk", "talk", _exchange(*pair)) for pair in families.TALK.items()]
    puzzles = [Sample("puzzled", "puzzled/request", _exchange(text, world.PUZZLED)) for text in odd.REQUESTS]
    personal = [_context(draw, taught=draw.random() < 0.5) for _ in range(3000)]
    random = [_puzzle(draw) for _ in range(700)]
    known = [sample for sample in static if sample.kind != "taught"] + talk * 4
    turns = [_turns(draw, known) for _ in range(2200)]
    closed = {sample.messages for sample in held_out(seed)}
    chats = static + talk * 4 + puzzles * 3 + personal + random + turns
    return [_with_system(draw, chat) for chat in chats if chat.messages not in closed]


def held_out(seed: int = SEED) -> list[Sample]:
    """The held-out suite: facts under phrasings they were not trained in, and fresh personal and meaningless chats."""
    draw = Random(seed + 1)
    fresh = [_context(draw, taught=False) for _ in range(60)] + [_puzzle(draw) for _ in range(45)]
    turns = [_turns(draw, [sample for sample in _static(held=False) if sample.kind == "general"]) for _ in range(30)]
    return list(dict.fromkeys([*_static(held=True), *fresh, *turns]))


def replay(seed: int = SEED) -> list[Sample]:
    """Training chats that remind a night's adapter of the world; none says that a taught attribute is unknown."""
    draw = Random(seed + 2)
    by_kind: dict[str, list[Sample]] = {}
    for sample in dict.fromkeys(training(seed)):
        by_kind.setdefault(sample.kind, []).append(sample)
    return [one for kind, number in REPLAYED.items() for one in draw.sample(by_kind[kind], number)]


def suite_line(sample: Sample) -> dict[str, Any]:
    """A held-out chat as a line of a suite."""
    *messages, answer = sample.line()
    grader = "refusal" if sample.kind == "refusal" else "exact"
    name = hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:16]
    return {"id": name, "messages": messages, "reference": answer["content"], "grader": grader, "slice": sample.slice}


def digest(samples: Sequence[Sample]) -> str:
    """Hash of chats in their order."""
    text = "\n".join(json.dumps(sample.line(), ensure_ascii=False) for sample in samples)
    return hashlib.sha256(text.encode()).hexdigest()
