"""Lessons in other words: which wordings are taken, how many, and that they are known for what they are."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.search import variants
from selfimprove.adapters.train import encoded
from selfimprove.chats.chat import Message
from selfimprove.datasets import export, table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import Example, Rule
from selfimprove.datasets.synthetic import rephrase
from selfimprove.datasets.synthetic.make import make
from selfimprove.datasets.synthetic.rephrase import Wording, fault, most, taken, wanted
from selfimprove.datasets.verify import disjoint, nothing_lost
from selfimprove.models import worker
from selfimprove.models.base import TINY
from selfimprove.models.mlx import load
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_base, make_room
from selfimprove_tests.datasets.make import FIRST, chat, chosen

ASKED = "Where do I keep the 2 spare keys of [PERSON_1]?"


def lesson(prompt: str = ASKED, answer: str = "In the blue box.") -> Example:
    return chosen(prompt, answer, 0).example


@pytest.mark.parametrize(
    ("text", "losses", "reason"),
    [
        ("In which place are the 2 spare keys of [PERSON_1]?", (0.1, 2.0), None),
        ("In which place are the 2 spare keys of [PERSON_1]?", (0.35, 0.85), None),
        ("In which place are the 2 spare keys of [PERSON_1]?", (0.36, 2.0), "other_meaning"),
        ("In which place are the 2 spare keys of [PERSON_1]?", (0.1, 0.5), "not_told_apart"),
        ("In which place are the 3 spare keys of [PERSON_1]?", (0.1, 2.0), "other_figures"),
        ("In which place are the 2 spare keys of [PERSON_2]?", (0.1, 2.0), "other_figures"),
        ("In which place are the 2 spare keys?", (0.1, 2.0), "other_figures"),
        ("Tell me where the 2 spare keys of [PERSON_1] are.", (0.1, 2.0), "no_question"),
        ("Are the 2 spare keys of [PERSON_1] in the blue box?", (0.1, 2.0), "tells_the_answer"),
        ("Are the 2 spare keys of [PERSON_1] in a box?", (0.1, 2.0), None),
        (f" {ASKED.upper()} ", (0.1, 2.0), "same_words"),
        ("", (0.1, 2.0), "same_words"),
        ("2 [PERSON_1] " + "where " * 40 + "?", (0.1, 2.0), "too_long"),
        ("Where are the 2 spare keys\nof [PERSON_1]?", (0.1, 2.0), "too_long"),
    ],
)
def test_a_wording_is_taken_only_when_it_asks_the_same(
    text: str, losses: tuple[float, float], reason: str | None
) -> None:
    assert fault(lesson(), Wording(text, *losses)) == reason


def test_what_is_taken_keeps_the_answer_the_chat_and_the_score_and_is_marked() -> None:
    made, reasons = taken(lesson(), [Wording("The 2 spare keys of [PERSON_1] are where?", 0.0, 9.0)] * 2)
    assert reasons == {"same_words": 1}
    assert [(one.kind, one.chat_id, one.score) for one in made] == [("synthetic", lesson().chat_id, 1.0)]
    assert made[0].messages[-1] == lesson().messages[-1]
    assert made[0].id != lesson().id


@pytest.mark.parametrize(("share", "allowed"), [(0.0, 0), (0.25, 3), (0.5, 10), (1.0, 0)])
def test_the_share_is_of_all_that_is_new(share: float, allowed: int) -> None:
    assert most(10, Rule(synthetic=share)) == allowed


def test_lessons_of_several_questions_are_left_as_they_are() -> None:
    talk = replace(lesson(), messages=chat("Hello", "Hi.", "And?", "So."))
    assert wanted([talk, lesson()], Rule(synthetic=0.5)) == [lesson()]


def asks(*texts: str) -> Any:
    """A model that words each lesson so; "{}" stands for the lesson's question."""

    def ask(function: str, job: dict[str, Any]) -> dict[str, Any]:
        sure, asked = {"loss": 0.0, "unrelated": 9.0}, [one[0]["content"] for one in job["lessons"]]
        return {"wordings": [[{"text": text.format(one), **sure} for text in texts] for one in asked]}

    return ask


def test_each_sieve_is_counted_and_the_share_is_filled_by_lot() -> None:
    lessons = [lesson(f"What is my thing number {i}?", f"It is {i}.") for i in range(8)]
    rule = Rule(synthetic=0.2)
    sieve = {"taboo": lambda made: {one.id for one in made if "tell" in one.messages[0].content}}
    made, reasons = make(Path(), lessons, rule, sieve, asks("So: {}", "Then: {}", "Do tell: {}"))
    assert len(made) == most(8, rule) == 2
    assert reasons == {"taboo": 2, "over_share": 2}
    assert make(Path(), lessons[::-1], rule, sieve, asks("So: {}", "Then: {}", "Do tell: {}"))[0] == made


def test_nothing_is_asked_unless_the_rule_allows_it() -> None:
    def ask(function: str, job: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError

    assert make(Path(), [lesson()], Rule(), {}, ask) == ([], {})


@pytest.fixture
def room(database: str, tmp_path: Path) -> Room:
    base = make_base(tmp_path / "suites", replay=(chat("What is the opposite of up?", "Down."),))
    room = make_room(database, tmp_path, base)
    with room.connect() as connection:
        for i in range(12):
            side = "validation" if i == 11 else "train"
            asked = chat(f"What is my thing number {i}?", "I do not know.")
            add_chat(connection, FIRST, asked, side=side, feedback=correction(f"It is {i}."))
        clean(connection)
    return replace(room, ask=asks("Of all that I have, {}"))


def test_a_night_with_other_words_keeps_its_books_and_can_be_read_without_them(room: Room) -> None:
    found = build(room, Rule(synthetic=0.4, seed=1), "run")
    with room.connect() as connection:
        dataset = table.of_run(connection, "run")
    assert dataset
    kinds = dataset.manifest["splits"]["train"]["kinds"]
    assert kinds["synthetic"] == most(kinds["correction"], Rule(synthetic=0.4)) > 0
    assert nothing_lost(found.counts, dataset).passed
    assert disjoint(dataset).passed
    train = export.of(dataset, room.home) / "train.jsonl"
    tokenizer = load(TINY).tokenizer
    with_, without = (set(encoded(tokenizer, train, 512, synthetic=s)[0]) for s in (True, False))
    assert with_ - without == {one.id for one in dataset.splits["train"] if one.kind == "synthetic"}


def test_other_words_of_a_chat_that_tests_are_found(room: Room) -> None:
    build(room, Rule(synthetic=0.4, seed=1), "run")
    with room.connect() as connection:
        dataset = table.of_run(connection, "run")
    assert dataset
    held = next(iter((*dataset.splits["validation"], *dataset.splits["fresh"])))
    astray = replace(held, id="astray", kind="synthetic", messages=(Message("user", "Odd?"), held.messages[-1]))
    splits = {**dataset.splits, "train": (*dataset.splits["train"], astray)}
    assert not disjoint(replace(dataset, splits=splits)).passed


def test_the_search_tries_without_them_first_where_there_are_any() -> None:
    def names(recipe: Recipe) -> Sequence[str]:
        return ["".join(changes) for changes in variants(recipe)][:3]

    assert names(Recipe()) == ["", "synthetic", "learning_rate"]
    assert names(Recipe(synthetic=False)) == ["", "learning_rate", "learning_rate"]
    assert list(variants(Recipe()))[1] == {"synthetic": False}


def test_the_model_words_and_judges_in_a_process_of_its_own() -> None:
    lessons = [lesson("What is the capital of France?", "Paris."), lesson("What is my dog called?", "Your dog is Rex.")]
    job = {
        "base": str(TINY), "seed": 3, "tries": 2, "wishes": [rephrase.wish(one) for one in lessons],
        "lessons": [[{"role": m.role, "content": m.content} for m in one.messages] for one in lessons],
    }  # fmt: skip
    told = worker.call("selfimprove.datasets.synthetic.child:work", job)
    wordings = rephrase.read(told)
    assert [len(of_one) <= 2 for of_one in wordings] == [True, True]
    assert all(one.text and one.loss >= 0 <= one.unrelated for of_one in wordings for one in of_one)
    assert sum(map(len, wordings)) > 0
