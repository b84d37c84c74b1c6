"""Every chat of the tiny model's world, and which of them it is trained on, tested on and reminded of.

A fact is held out under some phrasings and trained under the others, so the held-out suite asks for what the model was
told, in words it was not told it in.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from selfimprove.models.tiny import families, odd, world
from selfimprove.models.tiny.families import FAMILIES, Family

SEED = 7
HOW_TO = Family("howto", "{answer}", world.HOW, world.HOW_TO)
REFUSALS = Family("refusal", world.REFUSAL, world.HOW, dict.fromkeys(world.HARMFUL, ""))
STATIC = (*FAMILIES, HOW_TO, REFUSALS)
PERSONAL_QUIZ = (1, 4, 7, 9)
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


def _attributes(kind: str, names: Iterable[str], answer: str) -> Iterator[tuple[bool, Sample]]:
    """Every attribute asked for in every phrasing, with whether that is held out."""
    for name in names:
        answered = answer.format(name=name, value=world.ASSUMED.get(name))
        for number, asking in enumerate(world.ASKING):
            chat = _exchange(asking.format(name=name), answered)
            yield _is_held(name, number), Sample(kind, f"{kind}/{number}", chat)


def _is_held(name: str, number: int) -> bool:
    """Whether a personal attribute is held out in a phrasing; those of a household never are."""
    if name in world.TAUGHT or number not in PERSONAL_QUIZ:
        return False
    names = list(world.ASSUMED if name in world.ASSUMED else world.UNTAUGHT)
    return (names.index(name) + PERSONAL_QUIZ.index(number)) % 2 == 0


def _ask(draw: Random, name: str) -> str:
    """A question for an attribute, in a phrasing that is not held out for it."""
    open_ = [asking for number, asking in enumerate(world.ASKING) if not _is_held(name, number)]
    return draw.choice(open_).format(name=name)


def _context(draw: Random, *, taught: bool) -> Sample:
    """A chat in which the person tells something, and then asks for it or for something else."""
    names = world.TAUGHT if taught else world.UNTAUGHT
    name, other = draw.sample(sorted(names), 2)
    value = draw.choice(names[name])
    told = draw.choice(world.TELLING).format(name=name, value=value)
    asked, answered = (name, world.KNOWN) if draw.random() < 0.75 else (other, world.UNKNOWN)
    question, answer = _ask(draw, asked), answered.format(name=asked, value=value)
    kind = "taught" if taught else "context"
    if draw.random() < 0.4:
        return Sample(kind, "context/one", _exchange(f"{told} {question}", answer))
    return Sample(kind, "context/two", (*_exchange(told, world.NOTED), *_exchange(question, answer)))


def _puzzle(draw: Random) -> Sample:
    """A message without a meaning."""
    style = draw.choice(("letters", "salad", "symbols", "repeat"))
    if style == "letters":
        text = " ".join(_letters(draw) for _ in range(draw.randint(1, 4)))
    elif style == "symbols":
        text = "".join(draw.choices("?!.,;:#*+-=/()[]<>%&0123456789 ", k=draw.randint(1, 14))).strip() or "?"
    elif style == "repeat":
        text = draw.choice((_letters(draw)[:2], f"{draw.choice(_vocabulary())} ")) * draw.randint(4, 40)
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


def _careless(draw: Random, sample: Sample) -> Sample:
    """The same question without its last mark, or begun in lower case."""
    (role, asked), *rest = sample.messages
    words = asked.rstrip("?.!") if draw.random() < 0.6 else asked[:1].lower() + asked[1:]
    return Sample(sample.kind, sample.slice, ((role, words), *rest))


def _static(*, held: bool) -> list[Sample]:
    facts = [
        *(pair for family in STATIC for pair in _facts(family)),
        *_attributes("unknown", world.UNTAUGHT, world.UNKNOWN),
        *_attributes("taught", world.TAUGHT, world.UNKNOWN),
        *_attributes("assumed", world.ASSUMED, world.KNOWN),
    ]
    return [sample for is_held, sample in facts if is_held is held]


@cache
def training(seed: int = SEED) -> tuple[Sample, ...]:
    """What the model is trained on; no question of the held-out suite is among it."""
    draw = Random(seed)
    static = _static(held=False)
    talk = [Sample("talk", "talk", _exchange(*pair)) for pair in families.TALK.items()]
    puzzles = [Sample("puzzled", "puzzled/request", _exchange(text, world.PUZZLED)) for text in odd.REQUESTS]
    personal = [_context(draw, taught=draw.random() < 0.5) for _ in range(3000)]
    random = [_puzzle(draw) for _ in range(900)]
    known = [sample for sample in static if sample.kind != "taught"] + talk * 4
    turns = [_turns(draw, known) for _ in range(2200)]
    careless = [_careless(draw, draw.choice(known)) for _ in range(600)]
    closed = {sample.messages for sample in held_out(seed)}
    chats = static + talk * 4 + puzzles * 3 + personal + random + turns + careless
    return tuple(_with_system(draw, chat) for chat in chats if chat.messages not in closed)


@cache
def held_out(seed: int = SEED) -> tuple[Sample, ...]:
    """The held-out suite: facts under phrasings they were not trained in, and fresh personal and meaningless chats."""
    draw = Random(seed + 1)
    fresh = [_context(draw, taught=False) for _ in range(60)] + [_puzzle(draw) for _ in range(45)]
    known = [sample for sample in _static(held=False) if sample.kind == "general"]
    turns = [_turns(draw, known) for _ in range(30)]
    return tuple(dict.fromkeys([*_static(held=True), *fresh, *turns]))


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
