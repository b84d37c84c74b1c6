"""Form: what was asked for and not given, with the near-misses that must stay."""

import pytest

from selfimprove.critiques import formats
from selfimprove.critiques.exchange import Exchange
from selfimprove_tests.cost import is_within

FENCE = "```"


@pytest.mark.parametrize("question", [
    "List the planets in JSON.",
    "Return a valid JSON object with name and age.",
    "Answer only as JSON: who wrote Emma?",
    "What do I need for pancakes? JSON only",
])
def test_json_asked_for_and_not_given(question):
    assert formats.not_json(Exchange(question, "Sure, eggs and milk.")) == "asked for JSON, gave none"


@pytest.mark.parametrize(("question", "answer"), [
    ("List the planets in JSON.", '["Mercury", "Venus"]'),
    ("List the planets in JSON.", 'Here you are:\n{"planets": ["Mercury"]}\nEnjoy.'),
    ("List the planets in JSON.", f"{FENCE}json\n[1, 2]\n{FENCE}"),
    ("Return valid JSON with my phone.", '{"phone": [PHONE_1]}'),
    ("What is JSON?", "A text format for data."),
    ("How do I read JSON in Python?", "With the json module."),
    ("Write a function that returns JSON", "def f(): return '{}'"),
    ("Convert this JSON to YAML: {}", "a: 1"),
])
def test_json_given_or_not_asked_for(question, answer):
    assert formats.not_json(Exchange(question, answer)) is None


def test_a_table_needs_cells():
    asked = "Compare tea and coffee in a table"
    assert formats.not_a_table(Exchange(asked, "Tea has less caffeine.")) == "asked for a table, gave none"
    assert formats.not_a_table(Exchange(asked, "| a | b |\n|---|---|\n| 1 | 2 |")) is None
    assert formats.not_a_table(Exchange("Book a table for two", "Done.")) is None
    assert formats.not_a_table(Exchange("Give me a table of contents", "Chapter one")) is None


def test_a_list_needs_points():
    asked = "Summarise it in bullet points"
    assert formats.not_a_list(Exchange(asked, "It is about tea.")) == "asked for a list, gave none"
    assert formats.not_a_list(Exchange(asked, "- tea\n- coffee")) is None
    assert formats.not_a_list(Exchange("What is a bullet train?", "A fast train.")) is None


@pytest.mark.parametrize(("question", "answer", "reason"), [
    ("List 5 fruits", "1. apple\n2. pear\n3. plum", "asked for 5 items, gave 3"),
    ("Name three colours.", "Red, green, blue and yellow.", "asked for 3 items, gave 4"),
    ("Give me the top ten films", "\n".join(f"- film {n}" for n in range(9)), "asked for 10 items, gave 9"),
    ("Suggest 2 names", "Sure: Ada, Bob, and Cleo", "asked for 2 items, gave 3"),
])
def test_wrong_number_of_items(question, answer, reason):
    assert formats.wrong_number_of_items(Exchange(question, answer)) == reason


@pytest.mark.parametrize(("question", "answer"), [
    ("List 3 fruits", "1. apple\n2. pear\n3. plum"),
    ("List 2 fruits", "1. apple\n   - red\n   - green\n2. pear\n   - yellow"),
    ("List 2 fruits", "**1. apple**\n- red\n- green\n\n**2. pear**\n- yellow"),
    ("Name three colours", "Red, green and blue"),
    ("Give me 3 or 4 ideas", "1. walk\n2. read\n3. rest\n4. cook"),
    ("Give me three days to think", "- yes\n- no"),
    ("Write 5 sentences about tea", "Tea is old. It is hot, brown and good."),
    ("List 3 fruits", "I like apples. They are sweet, cheap, red and round, and they keep."),
    ("What are the two of you doing?", "Walking, talking, and laughing"),
])
def test_items_that_cannot_be_counted_or_agree(question, answer):
    assert formats.wrong_number_of_items(Exchange(question, answer)) is None


def test_one_word_means_one_word():
    asked = "In one word, what is the capital of France?"
    assert formats.more_than_one_word(Exchange(asked, "It is Paris.")) == "asked for one word, gave 3"
    assert formats.more_than_one_word(Exchange(asked, "Paris.")) is None
    assert formats.more_than_one_word(Exchange("What rhymes with one word from this poem?", "It is sun.")) is not None
    assert formats.more_than_one_word(Exchange("Is 'nevertheless' one word?", "Yes, it is.")) is None


@pytest.mark.parametrize(("language", "body", "reason"), [
    ("python", "def f(:\n    return 1\n", "a Python block does not parse"),
    ("py", "print 'hello'\n", "a Python block does not parse"),
    ("json", '{"a": 1,}\n', "a JSON block does not parse"),
    ("json", '{"a": 1}\n{"a": 2\n', "a JSON block does not parse"),
    ("json", "{'a': 1}\n", "a JSON block does not parse"),
    ("python", "def f(x:\n    # your code here\n", "a Python block does not parse"),
    ("python", "def f(x):\n\nprint(1)\n", "a Python block does not parse"),
])
def test_code_that_is_no_code(language, body, reason):
    answer = f"Here:\n{FENCE}{language}\n{body}{FENCE}\nDone."
    assert formats.code_does_not_parse(Exchange("q", answer)) == reason


@pytest.mark.parametrize(("language", "body"), [
    ("python", "def f():\n    return 1\n"),
    ("python", ">>> 1 + 1\n2\n>>> for x in y:\n...     print(x)\n"),
    ("python", "%matplotlib inline\n!ls\nx = 1\n"),
    ("python", "    x = 1\n    y = 2\n"),
    ("python", "return '\\d'\n"),
    ("python", "def f(x):\n    # your code here\n"),
    ("python", "class A:\n    def f(self):\n        # to do\n\n    def g(self):\n        return 1\n"),
    ("python", "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"),
    ("python", " def f():\n-    return 1\n+    return 2\n"),
    ("json", '{"a": 1}\n{"a": 2}\n'),
    ("json", "42\n"),
    ("json", '{"phone": [PHONE_1], "mail": "[EMAIL_1]"}\n'),
    ("bash", "if [ -f x ]; then\n"),
    ("", "def f(:\n"),
])
def test_code_that_parses_or_is_not_ours_to_judge(language, body):
    assert formats.code_does_not_parse(Exchange("q", f"{FENCE}{language}\n{body}{FENCE}")) is None


@pytest.mark.parametrize(("language", "body", "reason"), [
    ("toml", "[a]\nb = \n", "a TOML block does not parse"),
    ("xml", "<a><b></a></b>", "a XML block does not parse"),
    ("xml", "<note>one</note></note>", "a XML block does not parse"),
    ("svg", "<svg><path d='M0 0'/>", "a XML block does not parse"),
])
def test_data_that_is_no_data(language, body, reason):
    answer = f"{FENCE}{language}\n{body}\n{FENCE}"
    assert formats.code_does_not_parse(Exchange("q", answer)) == reason


@pytest.mark.parametrize(("language", "body"), [
    ("toml", "[a]\nb = 1\n"),
    ("xml", "<?xml version='1.0'?>\n<!-- <b> -->\n<a x='>'><b/>&unknown;</a>"),
    ("xml", "<a>1</a>\n<b>2</b>"),
    ("xml", "<a>" * 10_000),
    ("html", "<p>one<br>two"),
    ("json", '{"a": 1, ...}'),
    ("toml", "a = ..."),
])
def test_data_that_parses_is_shortened_or_is_not_ours_to_judge(language, body):
    assert formats.code_does_not_parse(Exchange("q", f"{FENCE}{language}\n{body}\n{FENCE}")) is None


@pytest.mark.parametrize(("question", "answer"), [
    ("Write a Python function that adds two numbers.", "You take both and add them up."),
    ("Give me a regex for dates", "Dates have days, months and years."),
    ("Create a SQL query for all users", "You can ask your database for the users."),
])
def test_code_was_asked_for_and_not_given(question, answer):
    assert formats.no_code(Exchange(question, answer)) == "asked for code, gave none"


@pytest.mark.parametrize(("question", "answer"), [
    ("Write a Python function that adds two numbers.", f"{FENCE}\nadd = lambda a, b: a + b\n{FENCE}"),
    ("Write a Python function that adds two numbers.", "def add(a, b): return a + b"),
    ("Give me a regex for dates", r"\d{4}-\d\d-\d\d"),
    ("Give me a regex for dates", "Use `[0-9]+`."),
    ("Write a SQL query for the names of all customers", "SELECT name\nFROM customers\nWHERE old"),
    ("Write a bash script that says if a folder is there.", '#!/bin/bash\nif [ -d "$1" ]; then\n  ls\nfi'),
    ("Write a function of the heart in one sentence", "It pumps blood."),
    ("What does this Python function do?", "It adds two numbers."),
    ("Write a poem about a script", "Oh script."),
])
def test_code_was_given_or_not_asked_for(question, answer):
    assert formats.no_code(Exchange(question, answer)) is None


@pytest.mark.parametrize("question", ["Write a Python function that adds.", "What is this?"])
def test_odd_answers_take_time_by_their_length(question):
    def read(characters):
        formats.no_code(Exchange(question, "$" * characters))

    assert is_within(10 * 2.5, lambda: read(20_000), lambda: read(2_000))


@pytest.mark.parametrize(("question", "answer", "reason"), [
    ("Is tea a drink? Answer yes or no.", "Tea is a drink.", "asked for yes or no, gave neither"),
    ("Just yes or no: is it late?", "It is 9.", "asked for yes or no, gave neither"),
    ("Answer only with 'yes' or 'no': is it late?", "No.", None),
    ("Is tea a drink? Answer yes or no.", "**Yes**, it is.", None),
    ("Is tea a drink? Answer yes or no.", "I don't know.", None),
    ("Why do people say yes or no?", "Habit.", None),
    ("Is tea a drink?", "Tea is a drink.", None),
])
def test_yes_or_no(question, answer, reason):
    assert formats.not_yes_or_no(Exchange(question, answer)) == reason


@pytest.mark.parametrize(("question", "words", "reason"), [
    ("Explain tea in under 20 words.", 30, "asked for 20 words at most, gave 30"),
    ("Summarise it, at most 50 words", 60, "asked for 50 words at most, gave 60"),
    ("Summarise it, at most 50 words", 54, None),
    ("Summarise it, at most 50 words", 20, None),
    ("Write at least 50 words", 90, None),
    ("Why are there 500 words in it?", 600, None),
])
def test_a_limit_of_words(question, words, reason):
    assert formats.too_many_words(Exchange(question, "tea " * words)) == reason
