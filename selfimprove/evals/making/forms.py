"""Does the answer have the form that was asked for: JSON, CSV, dates, lists?"""

from datetime import date, timedelta
from random import Random

from selfimprove.evals.making.item import Item, fits, schema
from selfimprove.evals.making.words import GOODS, MONTHS, NAMES, THINGS, TOWNS

ONLY = "Write the JSON alone."


def person(draw: Random) -> Item:
    name, age, town = draw.choice(NAMES), draw.randint(18, 90), draw.choice(TOWNS)
    asked = (
        f"{name} is {age} years old and lives in {town}. Write that as a JSON object with the keys "
        f'"name" (a string), "age" (a number) and "town" (a string). {ONLY}'
    )
    reference = f'{{"name": "{name}", "age": {age}, "town": "{town}"}}'
    return Item(asked, reference, schema(name=name, age=age, town=town))


def ordered(draw: Random) -> Item:
    numbers = draw.sample(range(10, 99), 5)
    asked = f"Write these numbers as a JSON array in ascending order: {', '.join(map(str, numbers))}. {ONLY}"
    return Item(asked, str(sorted(numbers)), fits({"const": sorted(numbers)}))


def order(draw: Random) -> Item:
    name, goods, count = draw.choice(NAMES), draw.choice(GOODS), draw.randint(2, 9)
    asked = (
        f'{name} orders {count} of the article "{goods}". Write a JSON object with the keys "customer" and "items"; '
        f'"items" is an array of objects with the keys "article" and "count". {ONLY}'
    )
    items = {"const": [{"article": goods, "count": count}]}
    reference = f'{{"customer": "{name}", "items": [{{"article": "{goods}", "count": {count}}}]}}'
    return Item(asked, reference, schema(customer=name, items=items))


def switches(draw: Random) -> Item:
    on, off, unset = draw.sample(THINGS, 3)
    asked = (
        f'Write a JSON object that has true under the key "{on}", false under "{off}" and null under "{unset}". {ONLY}'
    )
    reference = f'{{"{on}": true, "{off}": false, "{unset}": null}}'
    return Item(asked, reference, schema(**{on: True, off: False, unset: {"type": "null"}}))


def table(draw: Random) -> Item:
    rows = [(goods, draw.randint(2, 60)) for goods in draw.sample(GOODS, 3)]
    told = ", ".join(f"{goods} {price}" for goods, price in rows)
    lines = [f"{goods},{price}" for goods, price in rows]
    asked = f"Write this as CSV with the header article,price and no blanks; write the CSV alone: {told}"
    pattern = r"\s*\n".join(["article,price", *lines])
    return Item(asked, "\n".join(["article,price", *lines]), rf"regex:(?i)(?:\A|\n){pattern}\s*(?:\Z|\n```)")


def iso_date(draw: Random) -> Item:
    day = date(1950, 1, 1) + timedelta(days=draw.randrange(36_000))
    written = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return Item(f"Write the date {written} in the form YYYY-MM-DD, and nothing else.", day.isoformat())


def bullets(draw: Random) -> Item:
    words = draw.sample(THINGS, draw.randint(3, 5))
    asked = "Write these words as a list, one a line, each line beginning with '- ', and nothing else"
    lines = [f"- {word}" for word in words]
    return Item(f"{asked}: {', '.join(words)}", "\n".join(lines), "regex:(?i)^" + r"[ \t]*\n".join(lines) + "$")


def clock(draw: Random) -> Item:
    hour, minute = draw.randint(1, 11), draw.choice((5, 10, 20, 25, 40, 50))
    asked = f"Write {hour}:{minute:02} pm as a time of the 24-hour clock (HH:MM), and nothing else."
    return Item(asked, f"{hour + 12}:{minute:02}")


def snake(draw: Random) -> Item:
    words = draw.sample(THINGS, 3)
    asked = f'Write "{" ".join(words)}" in snake case (lower case, words joined by underscores), and nothing else.'
    return Item(asked, "_".join(words))


def pairs(draw: Random) -> Item:
    names = draw.sample(NAMES, 3)
    numbers = [draw.randint(2, 40) for _ in names]
    told = ", ".join(f"{name} has {number} points" for name, number in zip(names, numbers, strict=True))
    lines = [f"{name}={number}" for name, number in zip(names, numbers, strict=True)]
    asked = f"{told}. Write that as lines of the form name=points in the order given, and nothing else."
    return Item(asked, "\n".join(lines), "regex:(?i)^" + r"[ \t]*\n".join(lines) + "$")


TEMPLATES = {
    "person": person, "ordered": ordered, "order": order, "switches": switches, "table": table, "date": iso_date,
    "bullets": bullets, "clock": clock, "snake": snake, "pairs": pairs,
}  # fmt: skip
