"""From new lessons to routes: what is tried, with which facts, and what a trial proves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jinja2 import TemplateError

from selfimprove.datasets.memories import NEAREST, Known, line
from selfimprove.datasets.prompts import normalise
from selfimprove.datasets.routes import try_out
from selfimprove.datasets.routes.assign import Assigned, Means, assign, lessons
from selfimprove.datasets.routes.classify import Model, blank
from selfimprove.datasets.routes.features import NAMES
from selfimprove.datasets.routes.route import Route
from selfimprove.datasets.routes.supersede import Said, superseded
from selfimprove.datasets.routes.tonight import corrected
from selfimprove.datasets.routes.try_out import is_fixed, recall, told
from selfimprove.models.base import resolve
from selfimprove_tests.datasets.make import at, chat, chosen
from selfimprove_tests.datasets.routing import FACT, OWN, Trials, by_words, lesson, means, system, trial


def model() -> Model:
    """Facts are what is "own", one-offs what is "now"."""
    weights = blank()
    weights[0, NAMES.index("own")] = 5
    weights[2, NAMES.index("now")] = 9
    weights[1, NAMES.index("task")] = 9
    return Model(weights)


def by_question(assigned: Assigned) -> dict[str, Route]:
    return {route.lesson.question: route for route in assigned.routes}


def test_each_lesson_goes_where_it_belongs_with_its_evidence() -> None:
    asked = [OWN, "Is it raining right now, dear?", "Write us a song, please", "Is it true, dear?", "Who is [NAME_1]?"]
    assigned = assign([lesson(question, f"{n}.") for n, question in enumerate(asked)], model(), means(), 9)
    found = by_question(assigned)
    assert [(found[q].where, found[q].reason, found[q].decided_by) for q in asked] == [
        ("memory", "fact", "model"), ("nowhere", "one_off", "model"), ("weights", "skill_or_style", "model"),
        ("weights", "unsure", "model"), ("weights", "pseudonym", "rules"),
    ]  # fmt: skip
    assert found[OWN].evidence["loss_with"] < found[OWN].evidence["loss_without"]
    assert found[OWN].evidence["recalled"]
    assert found[OWN].evidence["features"]["own"] == 1.0
    assert found[OWN].evidence["model"] == model().id
    assert found["Who is [NAME_1]?"].vector is None
    assert set(assigned.keys) == {found[OWN].lesson.example_id}


def test_no_lesson_is_lost_unless_the_rules_agree() -> None:
    weights = model().weights.copy()
    weights[2, NAMES.index("own")] = 20
    asked = [lesson("Is my tea warm right now?", "Yes."), lesson("Is my tea warm?", "No.")]
    found = by_question(assign(asked, Model(weights), means(), 9))
    assert [(found[one.question].where, found[one.question].reason) for one in asked] == [
        ("nowhere", "one_off"), ("weights", "unsure"),
    ]  # fmt: skip


def test_where_a_memory_does_not_help_weights_learn_the_fact() -> None:
    (route,) = assign([lesson()], model(), means(helps=False), 9).routes
    assert (route.where, route.reason) == ("weights", "memory_is_not_enough")
    assert (route.evidence["loss_without"], route.evidence["loss_with"]) == (3.0, 2.9)
    assert route.score > 0.8


def test_what_the_base_model_knows_needs_no_memory() -> None:
    known = Means(by_words, lambda asked: [trial(0.1, 0.1, exact=True, known=True) for _ in asked])
    (route,) = assign([lesson()], model(), known, 9).routes
    assert (route.where, route.reason) == ("weights", "known_already")


def test_the_surest_are_tried_and_the_others_wait() -> None:
    asked = [lesson(f"Where is our thing number {n}?", f"It is number {n}.") for n in range(5)]
    trials = Trials(helps=True)
    found = assign(asked, model(), Means(by_words, trials), 2)
    assert len(trials.asked) == len(found.keys) == 2
    assert sorted(route.reason for route in found.routes) == ["fact"] * 2 + ["not_tried"] * 3
    assert {route.where for route in found.routes if route.reason == "not_tried"} == {"weights"}
    trials = Trials(helps=True)
    assert {one.where for one in assign(asked, model(), Means(by_words, trials), 0).routes} == {"weights"}
    assert trials.asked == []


def test_a_lesson_is_tried_with_what_a_search_would_bring() -> None:
    trials = Trials(helps=True)
    words = ["pump", "lamp", "bell", "seat"]
    asked = [lesson(f"Where is our {word} today's spare?", f"In the {word} box.") for word in words]
    known = [Known("k", "c", "Where is our pump today's spare?", "Under the stairs.", at(0), by_words(["pump"])[0])]
    assign(asked, _without_now(), Means(by_words, trials), 9, facts=known)
    (pump,) = [facts for one, facts in trials.asked if "pump" in one.question]
    assert len(pump) == NEAREST
    assert {fact for _, fact in pump} >= {"In the pump box.", "Under the stairs."}


def _without_now() -> Model:
    weights = model().weights.copy()
    weights[:, NAMES.index("now")] = 0
    return Model(weights)


def test_a_fact_that_a_search_does_not_bring_is_no_memory() -> None:
    crowd = [Known(str(n), "c", OWN, f"Nobody knows {n}.", at(0), by_words([OWN])[0]) for n in range(4)]

    def embed(texts: list[str]) -> np.ndarray:
        return by_words([text.replace(f"{OWN} {FACT}", "elsewhere entirely") for text in texts])

    (route,) = assign([lesson()], model(), Means(embed, Trials(helps=True)), 9, facts=crowd).routes
    assert (route.where, route.reason) == ("weights", "memory_is_not_enough")
    assert not route.evidence["recalled"]


def test_nothing_to_embed_asks_nobody() -> None:
    nobody = Means(lambda _: pytest.fail("asked"), lambda _: pytest.fail("tried"))
    assert assign([], model(), nobody, 9).routes == ()
    (route,) = assign([lesson("And hers?")], model(), nobody, 9).routes
    assert route.reason == "question_too_short"


def test_how_often_the_same_is_asked_is_counted() -> None:
    asked = [chosen("What is it, dear?", "A.", 0), chosen("what is it, dear", "B.", 1), chosen("Who is it?", "C.", 1)]
    assert [one.times for one in lessons(asked)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("found", "fixed"),
    [
        (trial(3.0, 0.5, exact=True), True),
        (trial(3.0, 0.34), True),
        (trial(3.0, 0.36), False),
        (trial(0.4, 0.3), False),  # it was nearly known before
        (trial(3.0, 0.0, exact=True, known=True), False),
        ({**trial(3.0, 0.0, exact=True), "recalled": False}, False),
    ],
)
def test_what_a_trial_proves(found: dict, fixed: bool) -> None:
    assert is_fixed(found) is fixed


def test_the_nearest_are_recalled_in_order() -> None:
    keys = np.eye(5, dtype=np.float32)
    asked = np.array([[0.1, 0.9, 0.5, 0.0, 0.0]], np.float32)
    assert recall(asked, keys, 2) == [[1, 2]]
    assert recall(asked, keys[:1]) == [[0]]


def test_facts_stand_in_a_system_line() -> None:
    said = line([("Who?", "You."), ("Where?", "Here.")])
    assert said == "What you know:\n- Who? You.\n- Where? Here."
    assert told(chat("A", "b"), [("Who?", "You.")])[0].content == "What you know:\n- Who? You."
    both = told((system("Be kind."), *chat("A", "b")), [("Who?", "You.")])
    assert [one.role for one in both] == ["system", "user", "assistant"]
    assert both[0].content == "Be kind.\n\nWhat you know:\n- Who? You."


def test_a_fact_that_weights_learn_for_one_question_is_learned_for_all() -> None:
    asked = [lesson(), lesson("Is the spare bicycle pump there, dear?"), lesson("Where is our spare lamp?", "Here.")]
    found = by_question(assign(asked, model(), means(), 9))
    assert [(one.where, one.reason) for one in map(found.get, [one.question for one in asked])] == [
        ("weights", "taught_anyway"), ("weights", "unsure"), ("memory", "fact"),
    ]  # fmt: skip
    trials = Trials(helps=True)
    (route,) = assign([lesson()], model(), Means(by_words, trials), 9, taught={normalise(FACT)}).routes
    assert (route.reason, trials.asked) == ("taught_anyway", [])


def test_a_memory_that_fails_one_question_fails_the_fact() -> None:
    def tries(asked: list) -> list[dict]:
        return [trial(3.0, 0.1 if one.question == OWN else 2.0) for one, _ in asked]

    routes = assign([lesson(), lesson("Our spare bicycle pump is where?")], model(), Means(by_words, tries), 9).routes
    assert {(one.where, one.reason) for one in routes} == {
        ("weights", "taught_anyway"), ("weights", "memory_is_not_enough"),
    }  # fmt: skip
    assert all("loss_with" in one.evidence for one in routes)


def test_the_budget_is_for_whole_facts() -> None:
    asked = [lesson(f"Where is our {word} pump?", "There.") for word in ("old", "new", "red")]
    found = by_question(assign([*asked, lesson()], model(), means(), 2))
    assert [found[one.question].reason for one in asked] == ["not_tried"] * 3
    assert found[OWN].reason == "fact"


def test_the_built_in_model_uses_some_facts_beside_the_question_and_not_others(tmp_path: Path) -> None:
    asked = [
        lesson(f"What is my favourite {thing}?", f"Your favourite {thing} is {value}.")
        for thing, value in [("cake", "almond"), ("fruit", "cherry"), ("paradox", "the zebra of Elea")]
    ]
    facts = [[(one.question, one.fact)] for one in asked]
    trials = try_out.in_child(resolve("tiny", tmp_path).folder)(list(zip(asked, facts, strict=True)))
    assert [is_fixed(one) for one in trials] == [True, True, False]
    assert all(one["loss_with"] < one["loss_without"] for one in trials)


def test_where_the_template_refuses_a_system_line_facts_stand_before_the_question() -> None:
    class Strict:
        def apply_chat_template(self, messages: list[dict[str, str]], **_: object) -> str:
            if messages[0]["role"] == "system":
                raise TemplateError("System role not supported")
            return ""

    class Free:
        def apply_chat_template(self, messages: list[dict[str, str]], **_: object) -> str:
            return ""

    order = try_out.order(lesson(), [("Who?", "You.")])
    assert try_out.usable(Free(), order) == order["with"]
    asked, answer = try_out.usable(Strict(), order)
    assert asked == {"role": "user", "content": f"What you know:\n- Who? You.\n\n{OWN}"}
    assert answer["content"] == FACT


def fact(question: str, answer: str, day: int = 0) -> Known:
    return Known(f"{question}{answer}", "old", question, answer, at(day), by_words([question])[0])


def said(question: str, answer: str, day: int = 1, chat_id: str = "new") -> Said:
    return Said(lesson(question, answer, day, chat_id=chat_id), by_words([question])[0])


@pytest.mark.parametrize(
    ("question", "answer", "day", "gone"),
    [
        ("What colour is my door?", "Your door is red.", 1, True),
        ("what colour is my door", "It is red!", 1, True),  # the same question
        ("What colour is my own door?", "Your door is red.", 1, True),  # alike, about the same
        ("What colour is my door?", "Your door is green.", 1, False),  # the same answer
        ("What colour is my door?", "Your door is red.", -1, False),  # said before
        ("What colour is my gate?", "Your gate is red.", 1, False),  # another thing
        ("Who made the thing over there?", "Your door is a work of mine.", 1, False),  # the thing, not what was asked
        ("What colour is this gate?", "It is red.", 1, False),  # "it" is anything
    ],
)
def test_what_was_said_later_supersedes(question: str, answer: str, day: int, gone: bool) -> None:
    old = fact("What colour is my door?", "Your door is green.")
    assert superseded([old], [said(question, answer, day)]) == ({old.id: "new"} if gone else {})


def test_the_newest_of_several_supersedes_and_without_a_vector_the_same_question_does() -> None:
    old = fact("What colour is my door?", "Your door is green.")
    later = [said("What colour is my door?", f"{n}.", n, f"chat {n}") for n in (3, 1, 2)]
    assert superseded([old], later) == {old.id: "chat 3"}
    blind = Said(lesson("What colour is my own door?", "Your door is red.", 1))
    assert superseded([old], [blind]) == {}
    assert superseded([], later) == {}


def test_who_speaks_for_nobody_supersedes_only_facts_of_their_like() -> None:
    asked = "What colour is my door?"
    facts = fact(asked, "Green."), fact(asked, "Pink.")
    mine, theirs = (replace(one, chat_id=by) for one, by in zip(facts, ("mine", "theirs"), strict=True))
    before = [chosen(asked, "Green.", 0, chat_id="mine"), chosen(asked, "Pink.", 0, chat_id="theirs")]
    stranger, owner = chosen(asked, "Red.", 1, chat_id="stranger"), chosen(asked, "Blue.", 2, chat_id="owner")
    before[1], stranger = replace(before[1], has_cap=True), replace(stranger, has_cap=True)
    assert corrected([mine, theirs], [*before, stranger], {}) == {theirs.id: "stranger"}
    assert corrected([mine, theirs], [*before, stranger, owner], {}) == {mine.id: "owner", theirs.id: "owner"}
