"""Lines of source code are left out, fenced or not; whatever else tells of people is read, in brackets or not."""

import gzip
import json
from pathlib import Path

import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy.labelled import examples
from selfimprove.privacy.names.code import LONGEST, holds, is_quoted, prose
from selfimprove.privacy.names.find import find
from selfimprove.privacy.names.pieces import windows
from selfimprove_tests.cost import is_within


def left_out(text: str) -> str:
    """What is not prose, line by line."""
    bounds = [0, *(bound for stretch in prose(text) for bound in stretch), len(text)]
    parts = (text[start:end].strip() for start, end in zip(bounds[::2], bounds[1::2], strict=True))
    return "\n".join(part for part in parts if part)


CODE = {
    "python": "def total(items):\n    result = 0\n    for one in items:\n        result += one.fee\n    return result",
    "python, one line": "squares = [number ** 2 for number in range(10)]",
    "python, a class": "class Stack:\n    def __init__(self):\n        self.items = []",
    "python, a loop": "for key in settings:\n    print(key)",
    "javascript": "const total = items.map(item => item.price);\nconsole.log(total);",
    "javascript, an object": "const user = {\n  name: 'Jonas',\n  city: 'Uppsala',\n};",
    "java": "public class Main {\n  public static void main(String[] args) {\n    System.out.println(\"Hi\");\n  }\n}",
    "c": "#include <stdio.h>\nint main() {\n  int count = 3;\n  printf(\"%d\", count);\n  return 0;\n}",
    "c++": "std::vector<int> row;\nfor (int i = 0; i < 3; i++) {\n  row.push_back(i);\n}",
    "sql": "SELECT name, city FROM customers\nWHERE city = 'Uppsala'\nORDER BY name;",
    "sql, rows": "INSERT INTO users (id, name)\nVALUES (1, 'Jonas');",
    "sql, a table": "CREATE TABLE users (\n  id INT PRIMARY KEY,\n  name VARCHAR(50) NOT NULL\n);",
    "php": "<?php\n$names = array('Jonas', 'Rut');\necho $names[0];\n?>",
    "ruby": "def greet(name)\n  puts \"Hi #{name}\"\nend",
    "rust": "fn main() {\n    let name = \"Jonas\";\n    println!(\"Hello {}\", name);\n}",
    "go": "package main;\nfunc Add(a int, b int) int {\n  return a + b\n}",
    "css": "p {\n  color: red;\n  font-family: Arial, sans-serif;\n}",
    "shell": "#!/bin/bash\nwhile [ $n -gt 0 ]; do\n  n=$(($n / 10))\ndone",
}  # fmt: skip


@pytest.mark.parametrize("language", CODE)
def test_code_is_left_out_wherever_it_stands(language: str) -> None:
    own = CODE[language]
    kept = [line.strip() for line in own.split("\n") if line.strip() not in ("", "}", "};", "?>", "end", "done")]
    for text in (own, f"How does this work?\n\n{own}\n\nThank you, Jonas"):
        out = left_out(text)
        assert [line for line in kept if line not in out] == []
        assert "work?" not in out
        assert "Thank" not in out


@pytest.mark.parametrize("info", ["python", " js", "C++", "{.rust .numberLines}", "sql title=x", "SH"])
def test_a_fence_of_a_language_is_left_out_whatever_it_holds(info: str) -> None:
    assert left_out(f"See:\n```{info}\nJonas Lind\n```\nThank you") == f"```{info}\nJonas Lind\n```"


@pytest.mark.parametrize("language", CODE)
def test_a_fence_whose_lines_are_code_is_left_out_with_its_comments(language: str) -> None:
    for text in (f"```\n{CODE[language]}\n```", f"~~~\n# by Jonas\n{CODE[language]}\n~~~"):
        assert left_out(f"See:\n{text}\nThank you") == text


@pytest.mark.parametrize("info", ["", "text", "json", "csv", "markdown", "email", "yaml", "log", "html", "none"])
def test_other_fences_are_read_line_by_line(info: str) -> None:
    assert left_out(f"```{info}\nDear Jonas Lind,\nprint(answer)\nbye\n```\nYours") == "print(answer)"
    assert left_out(f'```{info}\n{{"name": "Jonas Lind", "city": "Uppsala"}}\n```\nYours') == ""


PEOPLE = {
    "prose with brackets": "We met {a} (my aunt), {b} [the baker]; and {c}: all of them = nice people!",
    "a letter": "Dear {a},\n\nif you are in town:\n- call me;\n- see {b}.\n\nYours,\n{c}\n12 Elm Street\nOakville",
    "a list": "- {a}\n- {b} (guest)\n- {c};",
    "a numbered list": "1. {a}\n2. {b}\n3. {c}",
    "lines that end in semicolons": "{a} (mother);\n{b} (father);\n{c} (uncle);",
    "a table": "| Name | City |\n|------|------|\n| {a} | Oslo |\n| {b} | Rome |\n| {c} | Bern |",
    "values apart by commas": "name,age,city\n{a},31,Oslo\n{b},25,Rome\n{c},40,Bern",
    "json": '{{\n  "name": "{a}",\n  "friends": ["{b}", "{c}"],\n  "age": 31\n}}',
    "json in one line": '[{{"name": "{a}"}}, {{"name": "{b}"}}, {{"name": "{c}"}}]',
    "json under code": 'print(answer)\n\n{{\n  "name": "{a}",\n  "boss": "{b}"\n}}\n{c}',
    "xml": "<person><name>{a}</name></person>\n<person>\n  <name>{b}</name>\n</person>\n<p>{c}</p>",
    "a form": "Name = {a}\nboss = {b}\ncontact: {c};",
    "settings": 'author = "{a}"\nowner = "{b}"\nuser_name={c}',
    "keys with dots": "person.name = {a}\nperson.boss = {b}\nteam.lead={c}",
    "a conversation": "{a}: are you there?\n{b}: yes;\n{c}: ok!",
    "mail heads": "From: {a} <a@example.org>\nTo: {b} (home)\nCc: {c};",
    "words that are keywords too": "if {a} is ill:\nwhile {b} waits: tea\nfor {c} in town:\nreturn home\nelse rest",
    "shouting": "WHERE IS {a}\nAND {b} CAME\nFROM {c}",
    "brackets without a space": "{a}(mother)\n{b}(father)\n{c}(uncle)",
    "comments": "def add(one, two):\n    # written by {a}\n    return one + two  // thanks to {b}\n# ask {c}",
    "words of code that begin a line": "return it to {a};\nif (so) {b}\nfor ({c})",
    "a form that ends its lines": "Name = {a};\nBoss = {b};\nlet us say that Guest = {c};",
    "sentences about code": "import duties rose, said {a}. Select the best from {b}; let {c} = my sister.",
    "after code": "for item in items:\n    print(item)\nThis was written by {a}, {b} and {c}.",
    "a very long line": "x = 1; " + "y = 2; " * 200 + "{a} {b} {c}",
}  # fmt: skip


@pytest.mark.parametrize("kind", PEOPLE)
def test_people_are_never_taken_for_code(kind: str) -> None:
    made = Faker("en_US")
    made.seed_instance(kind)
    for _ in range(5):
        names = {letter: f"{made.first_name()} {made.last_name()}" for letter in "abc"}
        out = left_out(PEOPLE[kind].format(**names))
        assert [name for name in names.values() if name in out] == []


def test_a_person_in_json_a_table_and_a_comment_is_found() -> None:
    texts = [
        '{\n  "name": "Ingrid Solberg",\n  "age": 31\n}',
        "name,age,city\nIngrid Solberg,31,Uppsala",
        "| Name | City |\n|---|---|\n| Ingrid Solberg | Uppsala |",
        "def add(one, two):\n    # written by Ingrid Solberg\n    return one + two",
    ]
    for text, spans in zip(texts, find(texts), strict=True):
        assert "Ingrid Solberg" in [text[span.start : span.end] for span in spans], text


def test_a_name_beside_code_is_found_and_one_in_it_is_not() -> None:
    text = "Ingrid Solberg sent me this:\n\nfor (int i = 0; i < 3; i++) {\n  greet(\"Ingrid Solberg\");\n}\n\nIt fails."
    assert [(span.start, span.end) for span in find([text])[0]] == [(0, 14)]


def test_one_line_that_only_may_be_code_is_text() -> None:
    assert left_out("else:") == ""
    assert left_out("return home") == ""
    assert left_out("end") == ""
    assert left_out("name = 'Jonas'") == ""
    assert left_out("name = 'Jonas'\nprint(name)") == "name = 'Jonas'\nprint(name)"


PIECES = [*"\n\n\n(){}[];=#\"'`ab. ", "def f(x):", "```", "  return x", "Ann ", "x = [", "//"]


def test_comments_are_read_unless_they_show_what_code_gives() -> None:
    body = "def add(one, two):\n    return one + two  # thanks to Rut\n"
    text = f"{body}add(1, 2)  # Output: 'Rut', 3\n# prints 'Rut'\nadd(3, 4)"
    assert [text[start:end].strip() for start, end in prose(text) if text[start:end].strip()] == ["# thanks to Rut"]


def test_lines_before_code_belong_to_it_when_near() -> None:
    near = "name = 'Jonas'\n# greet\n\nprint(name + '!')"
    assert left_out(near) == "name = 'Jonas'\nprint(name + '!')"
    assert "Jonas" not in left_out("name = 'Jonas'\n\n\nprint(name + '!')")


def test_beside_code_one_word_in_quotes_is_a_value_and_two_are_a_name() -> None:
    query = "\n\nSELECT id FROM staff WHERE boss = 'Ingrid';"
    asked = "Where the boss is 'Ingrid'."
    texts = [asked + query, asked.replace("Ingrid", "Ingrid Solberg") + query, "Is the boss 'Ingrid'?"]
    assert [len(spans) for spans in find(texts)] == [0, 1, 1]
    assert [holds(text) for text in texts] == [True, True, False]
    assert is_quoted('an "Ann"', 4, 7)
    assert not is_quoted("Ann's", 0, 3)
    assert not is_quoted("'Ann Lee'", 1, 8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_stretches_ascend_within_any_text_and_words_stand_in_them(text: str) -> None:
    bounds = [bound for stretch in prose(text) for bound in stretch]
    assert bounds == sorted(bounds)
    assert not bounds or (bounds[0] >= 0 and bounds[-1] <= len(text))
    inside = {at for start, end in prose(text) for at in range(start, end)}
    assert all(word.start in inside for window in windows([text])[0] for word in window)


LONG = ["a" * 20 + "(", "(" * 400, "x = " * 200, "if " + "( " * 300, "\"'" * 400, "for a in " + "b." * 300, "List<" * 9]


@pytest.mark.parametrize("line", LONG)
def test_no_line_takes_long(line: str) -> None:
    plain = "one two (three), four = five. " * LONGEST
    odd, even = ("\n".join([text[: min(len(line), LONGEST)]] * 20) for text in (line, plain))
    assert is_within(50, lambda: list(prose(odd)), lambda: list(prose(even)))


def test_no_labelled_person_and_no_turn_of_a_chat_is_taken_for_code(test_data: Path) -> None:
    for name in ("synth_dataset_v2", "wnut_train"):
        labelled = examples(test_data / "privacy" / f"{name}.jsonl.gz")
        assert [out for one in labelled if (out := left_out(one.text))] == []
    with gzip.open(test_data / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz", "rt") as lines:
        assert [out for line in lines if (out := left_out(json.loads(line)["chosen"]))] == []
