"""What the household wants its model to know: facts that it teaches by correcting answers, in ever other words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from selfimprove.chats.chat import Side
from selfimprove.chats.sample.draft import Draft, Said, When, corrected, disliked, liked, talk
from selfimprove.models.tiny import world

# Redaction takes names, towns and streets out of the chats, so no night can teach them: the household tells others.
MASKED = frozenset({
    "dog's name", "cat's name", "parrot's name", "sister's name", "brother's name", "neighbour's name",
    "teacher's name", "doctor's name", "home town", "street",
})  # fmt: skip
FIRST = 18  # attributes taught in the first chapter
LATER = 10  # lessons of each later chapter: new attributes while there are any, the rest are facts that change
NEW = 2
BEFORE = 8  # phrasings taught before the last day
LAST = {1: 3}  # phrasings on the last day of a chapter
LAST_LATER = 3
WRONG = 0.12  # share of answers that are wrong rather than "I do not know"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One attribute in one chapter: its value now, and what the model answers by itself."""

    name: str
    value: str
    answer: str

    @property
    def right(self) -> str:
        """The answer the household wants."""
        return world.KNOWN.format(name=self.name, value=self.value)


def values(seed: int, chapter: int) -> Mapping[str, str]:
    """What is true of the household in a chapter: later ones add facts and change some."""
    draw = Random(f"{seed}/facts")
    teachable = sorted(world.TAUGHT.keys() - MASKED)
    names = draw.sample(teachable, len(teachable))
    found = {name: draw.choice(world.TAUGHT[name]) for name in names[:FIRST]}
    for later in range(2, chapter + 1):
        draw = Random(f"{seed}/facts/{later}")
        new = {name: draw.choice(world.TAUGHT[name]) for name in names[len(found) : len(found) + NEW]}
        for name in draw.sample(sorted(found), LATER - len(new)):
            found[name] = draw.choice([value for value in world.TAUGHT[name] if value != found[name]])
        found |= new
    return found


def lessons(seed: int, chapter: int) -> list[Lesson]:
    """The facts a chapter teaches: all of them at first, later those that are new or have changed."""
    before = values(seed, chapter - 1) if chapter > 1 else {}
    return [
        Lesson(name, value, _answer(name, before.get(name)))
        for name, value in values(seed, chapter).items()
        if before.get(name) != value
    ]


def drafts(seed: int, chapter: int) -> Iterator[Draft]:
    """All chats of a chapter that turn on a fact."""
    draw = Random(f"{seed}/lessons/{chapter}")
    taught = lessons(seed, chapter)
    for number, lesson in enumerate(taught):
        yield from _teach(draw, lesson, number, LAST.get(chapter, LAST_LATER))
    for lesson in draw.sample(taught, 6):
        yield _objection(draw, lesson)
    known = values(seed, chapter).items() - {(lesson.name, lesson.value) for lesson in taught}
    for name, value in sorted(known):
        yield _recall(draw, name, value)


def _answer(name: str, value: str | None) -> str:
    return world.UNKNOWN.format(name=name) if value is None else world.KNOWN.format(name=name, value=value)


def _teach(draw: Random, lesson: Lesson, number: int, last: int) -> Iterator[Draft]:
    """One attribute: no phrasing twice, so that what tests on the last day was never asked so before."""
    phrasings = draw.sample(world.ASKING, len(world.ASKING))
    for phrasing, side in zip(phrasings[:BEFORE], _sides(number), strict=True):
        yield _lesson(draw, lesson, phrasing, "before_the_last_day", side)
    for nth, phrasing in enumerate(phrasings[BEFORE : BEFORE + last], 1):
        yield _lesson(draw, lesson, phrasing, "on_the_last_day", None if nth == last else "train")
    yield _told_first(draw, lesson, phrasings[BEFORE + last])


def _sides(number: int) -> Sequence[Side]:
    """Sides of one attribute's lessons: each tests once, every third twice; enough to measure in any house."""
    second: Side = "train" if number % 3 else "validation"
    third: Side = "sealed" if number % 3 else "train"
    return ["validation", second, third, *["train"] * (BEFORE - 3)]  # type: ignore[list-item]


def _lesson(draw: Random, lesson: Lesson, phrasing: str, when: When, side: Side | None) -> Draft:
    answer = lesson.answer
    if draw.random() < WRONG:
        answer = world.KNOWN.format(name=lesson.name, value=_other(draw, lesson))
    said: tuple[Said, ...] = (corrected(lesson.right),)
    if answer.startswith("Your") or draw.random() < 0.25:
        said = (disliked(), *said)
    return Draft(talk(phrasing.format(name=lesson.name), answer), said, when, side)


def _told_first(draw: Random, lesson: Lesson, phrasing: str) -> Draft:
    """The fact is told in the chat, and the answer to the question is right."""
    telling = draw.choice([text for text in world.TELLING if not text.startswith(("No", "That is wrong"))])
    told = telling.format(name=lesson.name, value=lesson.value)
    asked = phrasing.format(name=lesson.name)
    return Draft(talk(told, world.NOTED, asked, lesson.right), (liked(3),), "before_the_last_day")


def _objection(draw: Random, lesson: Lesson) -> Draft:
    """A wrong answer that the next turn sets right: nobody pressed a button."""
    wrong = world.KNOWN.format(name=lesson.name, value=_other(draw, lesson))
    asked = f"And what is my {lesson.name}?"
    return Draft(talk(asked, wrong, f"No, my {lesson.name} is {lesson.value}.", world.NOTED))


def _recall(draw: Random, name: str, value: str) -> Draft:
    """A fact of an earlier chapter, asked again and known."""
    asked = draw.choice(world.ASKING).format(name=name)
    return Draft(talk(asked, world.KNOWN.format(name=name, value=value)), (liked(),), "before_the_last_day")


def _other(draw: Random, lesson: Lesson) -> str:
    return draw.choice([value for value in world.TAUGHT[lesson.name] if value != lesson.value])
