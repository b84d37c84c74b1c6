import random
import string

import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.broken import broken, flaw_of, without_code
from selfimprove_tests.curation.chats import chat, said

PROSE = "The rain in spring comes from the west, and most of it falls before noon on the hills that face the sea"
LETTER = "Dear neighbour, thank you for feeding our cat while we were away, it looks happy and well fed again."
POEM = "\n".join(
    f"{animal} in the morning, {animal} in the night" for animal in ("Cats", "Dogs", "Owls", "Bees", "Frogs")
)

WORDS = [one + other for one in ("moss", "fern", "reed", "oak", "elm") for other in ("bank", "field", "hill", "side")]
VERSE = "\n".join(f"{word} sings" for word in WORDS)
PHRASES = [f"so we {word} out to the old mill" for word in ("went", "rode", "ran", "sailed", "strode", "crept")]


def noise(size: int) -> str:
    return "".join(random.Random(size).choices("%$#@!&*^~|\\+=<>{}[];:", k=size))


def gibberish(size: int) -> str:
    return "".join(random.Random(size).choices(string.ascii_letters, k=size))


HITS = [
    ("open_fence", "Here:\n```python\nprint(1)"),
    ("open_fence", "```\na\n```\nand\n```sh\nls"),
    ("open_fence", "````md\n```\nx\n```"),
    ("open_fence", "~~~\nx\n```"),
    ("symbol_noise", noise(60)),
    ("symbol_noise", "Well " + "\ufffd" * 8 + " then, that is it"),
    ("symbol_noise", "see " + gibberish(1200)),
    ("cut_off", PROSE + " and the"),
    ("cut_off", PROSE + ","),
    ("cut_off", PROSE + " ("),
    ("cut_off", "The plural of bus  a"),
    ("cut_off", "Three colours are red, green and"),
    ("loop", "Paris " * 12),
    ("loop", "I am here. " * 9 + "Well."),
    ("loop", "ha" * 40),
    ("repeated_lines", "\n".join(["one of these is new today", "and this line is the same"] * 5)),
    ("repeated_paragraphs", "\n\n".join([VERSE, VERSE, "So it is.", VERSE, VERSE])),
    ("top_2_gram", " ".join(f"{word[:4]} large elephants" for word in WORDS)),
    ("top_3_gram", " ".join(f"{word} wonderfully large elephants" for word in WORDS)),
    ("top_4_gram", " ".join(f"{word} {word[::-1]} and that is the truth" for word in WORDS)),
    ("repeated_7_grams", " ".join(f"{word} {PHRASES[at % 6]}" for at, word in enumerate(WORDS))),
]
NEAR_MISSES = [
    "Paris.",
    "42",
    "Here:\n```python\nprint(1)\n```\nDone.",
    "  ```sh\n  ls\n  ```",
    "````md\n```\nx\n```\n````",
    "Use ``` to open a fence.",
    "Write ```x``` inline.",
    "^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[a-zA-Z0-9]{6,}$",
    r"^(\(?\+?[0-9]*\)?)?[0-9_\- \(\)]*$",
    r"^(?:(?:\+|-)?[0-9]+(?:\.[0-9]*)?)$",
    r"^[^\s@]+@[^\s@]+\.[^\s@]+$",
    r"[\(\[\{][^\(\)\[\]\{\}]*[\)\]\}]+",
    r"(?<=\$)\d+(?:\.\d\d)?(?=\s|$)",
    r"`^\/(?:[^\/]+\/)*[^\/]+\.\w+$`",
    r"/^[#]?([0-9a-f]{3}|[0-9a-f]{6})$/i",
    "[[6, 5, 9], [7, 10, 1], [4, 3, 5], [2, 8, 1], [1, 6, 9]]",
    "arr = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "no, no, no, no",
    "ha ha ha ha ha!",
    PROSE,
    PROSE + ".",
    LETTER + "\n\nBest regards,",
    "Carrots hold vitamin a",
    "The answer is a",
    "That is where it comes from",
    "Plan A",
    POEM,
    VERSE,
    " ".join(PHRASES),
    " ".join(f"{word} and {word[::-1]} are large." for word in WORDS),
    "日本の首都は東京です。人口はおよそ千四百万人です。",
    "Столица Франции — Париж.",
]


def test_noise_seldom_passes_for_a_regular_expression() -> None:
    assert sum(flaw_of(noise(size)) != "symbol_noise" for size in range(40, 140)) <= 10


@pytest.mark.parametrize(("flaw", "answer"), HITS)
def test_a_broken_answer_has_its_flaw_named(flaw: str, answer: str) -> None:
    assert broken(chat("What is it like?", answer)) == Reason("broken", 1, flaw)


@pytest.mark.parametrize("answer", NEAR_MISSES)
def test_short_odd_and_repetitive_answers_are_whole(answer: str) -> None:
    assert flaw_of(answer) is None
    assert broken(chat("What is it like?", answer)) is None


def test_a_chat_without_an_answer_is_broken_and_one_that_ends_with_thanks_is_not() -> None:
    assert broken(chat("Hi")) == Reason("broken", 0, "unanswered")
    assert broken(chat("What is the capital of Peru?", "It is Lima.", "Perfect, thanks!")) is None


def test_what_the_user_pastes_may_be_broken() -> None:
    assert broken(chat("Why does this not render?\n```\nx", "The fence is never closed.")) is None


def test_an_answer_that_its_owner_corrected_counts_as_corrected() -> None:
    assert broken(chat("Capital?", "Paris " * 12, feedback=(said("correction", text="Paris."),))) is None
    correction = said("correction", text="```\nParis")
    assert broken(chat("Capital?", "Paris.", feedback=(correction,))) == Reason("broken", 1, "open_fence")


def test_text_outside_code() -> None:
    assert without_code("a\n```py\nb\n```\nc") == ("a\n\nc", True)
    assert without_code("a\n```py\nb") == ("a\n", False)
    assert without_code("a b") == ("a b", True)
