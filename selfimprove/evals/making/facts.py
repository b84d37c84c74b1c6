"""Short facts that do not change."""

from collections.abc import Iterable, Mapping

from selfimprove.evals.making.item import Item

CAPITALS = {
    "Portugal": "Lisbon", "Poland": "Warsaw", "Greece": "Athens", "Finland": "Helsinki", "Hungary": "Budapest",
    "Ireland": "Dublin", "Austria": "Vienna", "Cuba": "Havana", "Chile": "Santiago", "Thailand": "Bangkok",
    "Vietnam": "Hanoi", "Ghana": "Accra", "Mongolia": "Ulaanbaatar", "Iceland": "Reykjavik",
}  # fmt: skip
SYMBOLS = {
    "iron": "Fe", "silver": "Ag", "sodium": "Na", "potassium": "K", "lead": "Pb", "copper": "Cu", "helium": "He",
    "calcium": "Ca", "tin": "Sn", "oxygen": "O",
}  # fmt: skip
NUMBERS = {
    "How many sides does an octagon have?": 8, "How many degrees has a right angle?": 90,
    "How many minutes are two hours?": 120, "How many strings does a violin have?": 4,
    "How many legs does an ant have?": 6, "How many days does a leap year have?": 366,
    "At how many degrees Celsius does water boil at sea level?": 100, "How many squares has a chessboard?": 64,
    "How many planets does the solar system have?": 8, "How many letters does the word 'orchestra' have?": 9,
}  # fmt: skip
NAMED = {
    "Which planet is known for its large rings?": "Saturn", "What is the largest ocean on Earth?": "Pacific",
    "Which metal is liquid at room temperature?": "mercury", "Which gas do people need to breathe in?": "oxygen",
    "What is the hardest natural mineral?": "diamond", "Which animal is the largest that ever lived?": "blue whale",
    "Which instrument measures temperature?": "thermometer", "In which organ does digestion of food begin?": "mouth",
    "What do bees make from nectar?": "honey", "Which star is nearest to the Earth?": "Sun",
}  # fmt: skip
PAST = {
    "write": "wrote", "go": "went", "bring": "brought", "teach": "taught", "swim": "swam", "choose": "chose",
    "freeze": "froze", "catch": "caught",
}  # fmt: skip
BRIEFLY = "Answer as briefly as you can."


def _named(asked: str, facts: Mapping[str, str]) -> list[Item]:
    return [Item(f"{asked.format(thing)} {BRIEFLY}", answer, "contains") for thing, answer in facts.items()]


def _counted(facts: Iterable[tuple[str, int]]) -> list[Item]:
    return [Item(f"{asked} Answer with the number only.", str(answer), "numeric") for asked, answer in facts]


def items() -> dict[str, list[Item]]:
    """Every fact, by topic."""
    return {
        "capital": _named("What is the capital of {}?", CAPITALS),
        "symbol": _named("What is the chemical symbol of {}?", SYMBOLS),
        "number": _counted(NUMBERS.items()),
        "name": _named("{}", NAMED),
        "past": _named('What is the simple past of the verb "{}"?', PAST),
    }
