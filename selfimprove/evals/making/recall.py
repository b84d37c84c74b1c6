"""Long contexts: one record among many that resemble it, near the start, in the middle, or near the end."""

from collections.abc import Callable, Sequence
from random import Random

from selfimprove.evals.making.item import Item
from selfimprove.evals.making.words import GOODS, NAMES, THINGS, TOWNS

SIZES = (40, 90, 180)  # records: some 500, 1200 and 2500 words
Record = tuple[str, str, str]  # what is said, what may be asked of it, the answer
FILLERS = (
    "The window was left open.", "Nobody asked about it.", "It was noted twice.", "The ink is faded here.",
    "A second hand has signed this line.", "The rest of the line is blank.",
)  # fmt: skip


def shelves(draw: Random) -> Item:
    """What lies on which shelf."""
    places = draw.sample([f"{letter}{number}" for letter in "ABCDEFGHJK" for number in range(1, 40)], SIZES[-1])
    things = [f"{name}'s {thing}" for name in NAMES for thing in THINGS]
    records = [
        (f"On shelf {place} lies {thing}.", f"What lies on shelf {place}? Name the owner and the thing.", thing)
        for place, thing in zip(places, draw.sample(things, len(places)), strict=True)
    ]
    return _asked(draw, records, "contains")


def prices(draw: Random) -> Item:
    """What was paid for what, and where."""
    kinds = [(goods, town, name) for goods in GOODS for town in TOWNS for name in NAMES]
    records = [
        (
            f"{name} bought a {goods} in {town} for {price} crowns.",
            f"How many crowns did {name} pay for the {goods} in {town}?",
            str(price),
        )
        for (goods, town, name), price in zip(draw.sample(kinds, SIZES[-1]), _numbers(draw), strict=True)
    ]
    return _asked(draw, records, "numeric")


def trains(draw: Random) -> Item:
    """Which train leaves from which platform."""
    lines = [(town, hour, minute) for town in TOWNS for hour in range(5, 23) for minute in (7, 22, 38, 54)]
    chosen = draw.sample(lines, SIZES[-1])
    records = [
        (
            f"The {hour:02}:{minute:02} to {town} leaves from platform {platform}.",
            f"From which platform does the {hour:02}:{minute:02} to {town} leave? Answer with the number only.",
            str(platform),
        )
        for (town, hour, minute), platform in zip(chosen, _numbers(draw), strict=True)
    ]
    return _asked(draw, records, "numeric")


def _numbers(draw: Random) -> list[int]:
    """A number for each record, no two the same: a neighbour's answer is a wrong one."""
    return draw.sample(range(11, 500), SIZES[-1])


def _asked(draw: Random, records: Sequence[Record], grader: str) -> Item:
    """The records with a remark here and there, and a question about one of them."""
    kept = records[: draw.choice(SIZES)]
    place = int(len(kept) * draw.choice((0.05, 0.35, 0.65, 0.95)))
    said = [f"{text} {draw.choice(FILLERS)}" if draw.random() < 0.3 else text for text, _, _ in kept]
    _, question, answer = kept[place]
    asked = f"Here are the records.\n\n{' '.join(said)}\n\n{question}"
    return Item(asked, answer, grader)


TEMPLATES: dict[str, Callable[[Random], Item]] = {"shelves": shelves, "prices": prices, "trains": trains}
