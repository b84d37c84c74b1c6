"""Arithmetic, bare and in short stories."""

from random import Random

from selfimprove.evals.making.item import Item
from selfimprove.evals.making.words import GOODS, NAMES

END = "End with the result."


def add(draw: Random) -> Item:
    a, b, c = (draw.randint(100, 999) for _ in range(3))
    return Item(f"What is {a} + {b} + {c}? {END}", str(a + b + c), "numeric")


def subtract(draw: Random) -> Item:
    a, b = draw.randint(500, 2000), draw.randint(2001, 9000)
    return Item(f"What is {a} - {b}? {END}", str(a - b), "numeric")


def multiply(draw: Random) -> Item:
    a, b = draw.randint(12, 49), draw.randint(12, 49)
    return Item(f"What is {a} times {b}? {END}", str(a * b), "numeric")


def divide(draw: Random) -> Item:
    a, b = draw.randint(12, 60), draw.randint(6, 19)
    return Item(f"What is {a * b} divided by {b}? {END}", str(a), "numeric")


def quotient(draw: Random) -> Item:
    a, b = draw.randint(40, 99), draw.choice((7, 9, 11, 13))
    asked = f"What is {a} divided by {b}, to two decimal places? {END}"
    return Item(asked, f"{a / b:.2f}", "numeric:±0.006")


def share(draw: Random) -> Item:
    percent, whole = draw.choice((5, 15, 20, 35, 60, 75)), draw.randint(2, 40) * 20
    return Item(f"What is {percent} percent of {whole}? {END}", str(whole * percent // 100), "numeric")


def change(draw: Random) -> Item:
    goods, name, price, count = draw.choice(GOODS), draw.choice(NAMES), draw.randint(3, 12), draw.randint(2, 4)
    paid = (price * count // 10 + 1) * 10
    asked = f"A {goods} costs {price} euros. {name} buys {count} and pays with {paid}. How many euros are the change?"
    return Item(f"{asked} {END}", str(paid - price * count), "numeric")


def distance(draw: Random) -> Item:
    metres = draw.randint(15, 95) * 50
    return Item(f"How many kilometres are {metres} metres? {END}", f"{metres / 1000:g} km", "numeric:km")


def weight(draw: Random) -> Item:
    whole, rest = draw.randint(1, 6), draw.randint(1, 9) * 100
    asked = f"A parcel weighs {whole} kg and the letter on it {rest} g. How many grams are both together?"
    return Item(f"{asked} {END}", f"{whole * 1000 + rest} g", "numeric:g")


def minutes(draw: Random) -> Item:
    start, takes = draw.randint(6 * 60, 18 * 60), draw.randint(35, 240)
    asked = f"A ferry leaves at {_time(start)} and arrives at {_time(start + takes)}. How many minutes does it take?"
    return Item(f"{asked} {END}", f"{takes} minutes", "numeric:min")


def mean(draw: Random) -> Item:
    middle, a, b = draw.randint(20, 60), draw.randint(1, 9), draw.randint(1, 9)
    numbers = [middle - a, middle + a, middle - b, middle + b]
    return Item(f"What is the mean of {', '.join(map(str, numbers))}? {END}", str(middle), "numeric")


def following(draw: Random) -> Item:
    start, step = draw.randint(2, 30), draw.randint(3, 17)
    shown = ", ".join(str(start + step * place) for place in range(5))
    return Item(f"Which number follows in this sequence: {shown}? {END}", str(start + step * 5), "numeric")


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


TEMPLATES = {
    "add": add, "subtract": subtract, "multiply": multiply, "divide": divide, "quotient": quotient, "share": share,
    "change": change, "distance": distance, "weight": weight, "minutes": minutes, "mean": mean, "sequence": following,
}  # fmt: skip
