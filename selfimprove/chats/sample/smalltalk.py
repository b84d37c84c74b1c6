"""Questions about the world: answered well, answered wrongly, misunderstood, repeated."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from selfimprove.chats.sample.draft import Draft, Said, corrected, disliked, liked, talk
from selfimprove.models.tiny import families
from selfimprove.models.tiny.families import FAMILIES, Family

Exchange = tuple[str, str]
GOOD, PINNED, LONG, WRONG, MEANT, GREETINGS, REPEATED, NEARLY = 50, 6, 14, 14, 10, 8, 6, 3
LIKED = 0.45
WORDY = (
    "My children are doing their homework at the kitchen table {when} and they have asked me something that I should"
    " know but do not, so please help me before they find out. {question}"
)
MEANINGFUL = [family for family in FAMILIES if family.name not in ("greet", "meet", "number")]


def drafts(seed: int, chapter: int) -> Iterator[Draft]:
    """All of a chapter's chats about the world."""
    draw = Random(f"{seed}/smalltalk/{chapter}")
    asked = _exchanges(draw)
    pinned = PINNED if chapter == 1 else 0
    for _ in range(pinned):
        yield Draft(talk(*next(asked)), (liked(),), "before_the_last_day", pinned=True)
    good = [Draft(talk(*next(asked)), (liked(),) if draw.random() < LIKED else ()) for _ in range(GOOD)]
    yield from good
    for _ in range(LONG):
        yield _long(draw, asked)
    for number in range(WRONG):
        yield _wrong(draw, number)
    for _ in range(MEANT):
        yield _meant(draw)
    for greeting in draw.sample(sorted(families.TALK), GREETINGS):
        yield Draft(talk(greeting, families.TALK[greeting]))
    for draft in draw.sample(good, REPEATED):
        yield replace(draft, said=())
    for draft in draw.sample(good, REPEATED):
        yield _sloppy(draft)
    for _ in range(NEARLY):
        question, answer = next(asked)
        for when in ("today", "tonight"):
            yield Draft(talk(WORDY.format(when=when, question=question), answer))


def exchange(family: Family, item: str, phrasing: str) -> Exchange:
    """A question and its right answer."""
    words = {"item": item, "answer": family.items[item]}
    words |= {key.capitalize(): text[:1].upper() + text[1:] for key, text in words.items()}
    return phrasing.format(**words), family.reply.format(**words)


def _exchanges(draw: Random) -> Iterator[Exchange]:
    """Questions with their answers, none twice."""
    seen = set()
    while True:
        family = draw.choice(FAMILIES)
        found = exchange(family, draw.choice(sorted(family.items)), draw.choice(family.phrasings))
        if found[0] not in seen:
            seen.add(found[0])
            yield found


def _long(draw: Random, asked: Iterator[Exchange]) -> Draft:
    """A few questions in one chat, and thanks."""
    parts = [text for _ in range(draw.choice((2, 2, 3))) for text in next(asked)]
    messages = talk(*parts, "Thank you.", families.TALK["Thank you."])
    return Draft(messages, (liked(len(parts) - 1),) if draw.random() < LIKED else ())


def _mixed_up(draw: Random) -> tuple[Family, str, Exchange, Exchange]:
    """A family, what was asked for, and the exchanges about that and about something else with another answer."""
    family = draw.choice(MEANINGFUL)
    item = draw.choice(sorted(family.items))
    other = draw.choice(sorted(key for key, answer in family.items.items() if answer != family.items[item]))
    phrasing = draw.choice(family.phrasings[:3])
    return family, item, exchange(family, item, phrasing), exchange(family, other, phrasing)


def _wrong(draw: Random, number: int) -> Draft:
    """An answer to another question: a thumb down, sometimes with a comment or the right answer."""
    _, _, right, other = _mixed_up(draw)
    more = ((), (Said(1, "comment", None, "That is not what I asked."),), (corrected(right[1]),))[number % 3]
    return Draft(talk(right[0], other[1]), (disliked(), *more))


def _meant(draw: Random) -> Draft:
    """A misunderstanding that the next turn clears up: nobody pressed a button."""
    _, item, right, other = _mixed_up(draw)
    return Draft(talk(right[0], other[1], f"No, I meant {item}.", right[1]))


def _sloppy(draft: Draft) -> Draft:
    """The same again, typed in haste."""
    question, answer = draft.messages
    return replace(draft, messages=talk(question.content.rstrip("?.").lower() + "??", answer.content), said=())
