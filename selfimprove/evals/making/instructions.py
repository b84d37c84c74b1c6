"""Does the answer do what the sentence says, to the letter?"""

import re
from random import Random

from selfimprove.evals.making.item import Item
from selfimprove.evals.making.words import NAMES, THINGS, TOPICS


def count_words(draw: Random) -> Item:
    number = draw.randint(3, 7)
    reference = " ".join(draw.sample(THINGS, number))
    pattern = rf"^\W*(?:[\w'-]+\W+){{{number - 1}}}[\w'-]+\W*$"
    asked = f"Write exactly {number} words about {draw.choice(TOPICS)}. Write nothing else."
    return Item(asked, reference, f"regex:{pattern}")


def begin_with(draw: Random) -> Item:
    word, thing = draw.choice(("Yesterday", "Nobody", "Slowly", "Perhaps", "Everywhere")), draw.choice(THINGS)
    asked = f'Write one sentence that begins with the word "{word}" and contains the word "{thing}".'
    return Item(asked, f"{word} the {thing} was gone.", rf"regex:(?is)^\W*{word}\b.*\b{thing}\b")


def end_with(draw: Random) -> Item:
    word, name = draw.choice(THINGS), draw.choice(NAMES)
    asked = f'Write one sentence about {name} that ends with the word "{word}".'
    return Item(asked, f"{name} has mended the {word}.", rf"regex:(?is)\b{name}\b.*\b{word}\W*$")


def reverse(draw: Random) -> Item:
    words = draw.sample(THINGS, 4)
    asked = f"Write these words in the opposite order, separated by ' | ', and nothing else: {', '.join(words)}"
    return Item(asked, " | ".join(reversed(words)))


def repeat(draw: Random) -> Item:
    word, times = draw.choice(THINGS), draw.randint(3, 6)
    asked = f'Write the word "{word}" {times} times, separated by single spaces, and nothing else.'
    return Item(asked, " ".join([word] * times))


def decide(draw: Random) -> Item:
    number, (even, odd) = draw.randint(11, 98), draw.sample(THINGS, 2)
    asked = f'If {number} is even, answer with the word "{even}", otherwise with the word "{odd}".'
    return Item(f"{asked} Write that word alone.", odd if number % 2 else even)


def two_lines(draw: Random) -> Item:
    first, second = draw.sample(THINGS, 2)
    asked = f'Answer with exactly two lines: on the first the word "{first}", on the second the word "{second}".'
    return Item(asked, f"{first}\n{second}", rf"regex:(?i)^{first}[ \t]*\n+{second}\W*$")


def vowels(draw: Random) -> Item:
    words = draw.sample(THINGS, 6)
    found = [word for word in words if word[0] in "aeiou"]
    if not found:
        words[2] = "oar"
        found = ["oar"]
    asked = "Which of these words begin with a vowel (a, e, i, o, u)? Write them alone, in the order given, with commas"
    return Item(f"{asked}: {', '.join(words)}", ", ".join(found))


def without(draw: Random) -> Item:
    words, left = draw.sample(THINGS, 5), draw.randrange(5)
    kept = [word for place, word in enumerate(words) if place != left]
    asked = f"Write this list again without the word \"{words[left]}\", and nothing else: {', '.join(words)}"
    return Item(asked, ", ".join(kept))


def question_mark(draw: Random) -> Item:
    thing = draw.choice(THINGS)
    asked = f'Ask one question, at most twelve words long, that contains the word "{thing}". Write the question alone.'
    pattern = rf"(?i)^(?=.*\b{re.escape(thing)}\b)\W*(?:[\w'-]+[^\w?]+){{1,11}}[\w'-]+\W*\?\W*$"
    return Item(asked, f"Who has seen the {thing}?", f"regex:{pattern}")


TEMPLATES = {
    "count_words": count_words, "begin_with": begin_with, "end_with": end_with, "reverse": reverse, "repeat": repeat,
    "decide": decide, "two_lines": two_lines, "vowels": vowels, "without": without, "question": question_mark,
}  # fmt: skip
