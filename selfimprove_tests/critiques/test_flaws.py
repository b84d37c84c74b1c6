"""Substance: what each rule objects to, and the near-misses that must stay."""

import pytest

from selfimprove.critiques import flaws
from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.find import RULES, find

ENGLISH = "Could you please tell me how long I should boil a potato before I can mash it?"
FRENCH = "Vous devriez faire bouillir les pommes de terre pendant une vingtaine de minutes dans l'eau salée."


def test_an_answer_without_words_is_empty():
    assert flaws.empty(Exchange("Hi", " \n...")) == "the answer is empty"
    assert flaws.empty(Exchange("How many?", "7")) is None


def test_another_language():
    assert flaws.other_language(Exchange(ENGLISH, FRENCH)) == "asked in en, answered in fr"
    assert flaws.other_language(Exchange(FRENCH, ENGLISH)) == "asked in fr, answered in en"


@pytest.mark.parametrize(("question", "answer"), [
    (ENGLISH, "Boil it for about twenty minutes, until a knife slides in without any effort."),
    (f"Translate to French: {ENGLISH}", FRENCH),
    (f"{ENGLISH} Please answer in French.", FRENCH),
    ("Bonjour !", "Hello, how can I help you with your questions today?"),
    (ENGLISH, "Bien sûr."),
    ("Change the vowels in this sentence to capitals.", "ThE qUIck brOwn fOx jUmpS OvEr thE lAzY dOg"),
    ("Write me the function that we talked about yesterday, please.", "```python\nprint(os.listdir('.'))\n```"),
])
def test_the_same_language_or_one_that_was_asked_for(question, answer):
    assert flaws.other_language(Exchange(question, answer)) is None


def test_repeating_the_question():
    asked = "What is the capital of France?"
    assert flaws.repeats_question(Exchange(asked, "what is the capital of France")) == "the answer repeats the question"
    assert flaws.repeats_question(Exchange(asked, "Yes: what is the capital of France?")) is not None


@pytest.mark.parametrize(("question", "answer"), [
    ("What is the capital of France?", "The capital of France is Paris, a city on the Seine."),
    ("What is the capital of France?", "Paris"),
    ("Repeat after me: the sea is blue today", "The sea is blue today"),
    ("Correct this: the see is blue today", "the sea is blue today"),
    ("Really sure?", "Really sure."),
])
def test_answers_that_use_the_questions_words(question, answer):
    assert flaws.repeats_question(Exchange(question, answer)) is None


@pytest.mark.parametrize("answer", [
    "Let me check that for you.",
    "Good question! I'll look into it and get back to you.",
    "One moment please...",
    "I'm working on it.",
    "Einen Moment bitte!",
    "Je vais vérifier cela.",
])
def test_promises_without_an_answer(answer):
    assert flaws.empty_promise(Exchange("q", answer)) == "promises to answer later"


def test_an_announcement_with_nothing_after_it():
    assert flaws.empty_promise(Exchange("q", "Here is the recipe:")) == "announces something and stops"


@pytest.mark.parametrize("answer", [
    "Let me check: 17 times 3 is 51.",
    "I'll look into it with you: first, unplug the router.",
    "It takes one moment to learn and a lifetime to master.",
    "Here is the recipe: eggs, flour, milk.",
    "The nurse said: please wait. Then she called you in, which took an hour.",
])
def test_promises_that_are_kept(answer):
    assert flaws.empty_promise(Exchange("q", answer)) is None


LONG = "Tea was first drunk in China. " + "It spread along the old roads to the west and became a habit of many. " * 3


@pytest.mark.parametrize(("answer", "reason"), [
    ("Try this:\n```python\nprint(1)", "a code block is not closed"),
    (LONG + "In the end the merchants brought it to the", "stops in the middle of a sentence"),
    (LONG + "In the end the merchants brought it over the long sea", "stops without ending its sentence"),
])
def test_truncated(answer, reason):
    assert flaws.truncated(Exchange("q", answer)) == reason


@pytest.mark.parametrize("answer", [
    LONG,
    "Paris",
    "```python\nprint(1)\n```",
    LONG + "\n- a last point of a list that has no full stop at all",
    LONG + "\nBest regards,\nAda",
    LONG + "You can read all about the history of it at https://example.org/tea",
    LONG + "Is that not a good thing to know about tea?",
    "Roses are red and violets are blue\nsugar is sweet and so are you my dear old friend",
])
def test_complete(answer):
    assert flaws.truncated(Exchange("q", answer)) is None


@pytest.mark.parametrize(("answer", "period"), [
    ("The cat sat. " * 5, 3),
    ("no " * 13, 1),
    ("I see. You are right and I am sorry for it. " * 4, 11),
])
def test_looping(answer, period):
    assert flaws.looping(Exchange("q", answer)) == f"repeats the same {period} words over and over"


@pytest.mark.parametrize(("question", "answer"), [
    ("Tell me a joke", "Ha ha ha ha, no."),
    ("Sing", "Row, row, row your boat gently down the stream. Row, row, row your boat gently down the stream."),
    ("Say tea 20 times", "tea " * 20),
    ("A zero matrix in Python", "```python\n" + "0, " * 30 + "\n```"),
    ("Compare", "Tea is hot. Coffee is hot. Cocoa is hot. Soup is hot. Punch is hot."),
])
def test_repetition_that_is_fine(question, answer):
    assert flaws.looping(Exchange(question, answer)) is None


def test_every_finding_carries_its_rule_and_reason():
    found = find(Exchange("List 3 fruits in JSON", "- apple\n- pear"))
    assert {finding.rule: finding.reason for finding in found} == {
        "not_json": "asked for JSON, gave none", "wrong_number_of_items": "asked for 3 items, gave 2",
    }


def test_a_good_answer_has_no_findings():
    assert find(Exchange(ENGLISH, "Boil it for twenty minutes, until a knife slides in without any effort.")) == ()


def test_no_rule_trips_over_strange_text():
    strange = ["", "\x00", "```python\n" + "(" * 5000 + "\n```", "[" * 3000, "a" * 20_000, "🙂" * 50, "?" * 9]
    for text in strange:
        for rule in RULES.values():
            rule(Exchange(text, text, text))
