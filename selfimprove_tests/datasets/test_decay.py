"""What counts as lost, which lessons are like it, and how much likelier those are drawn."""

from collections import Counter
from collections.abc import Sequence

import pytest

from selfimprove.chats.chat import Message
from selfimprove.datasets import decay
from selfimprove.datasets.decay import LATENT, Asked, Fall, Need, Practice
from selfimprove.datasets.likeness import nearest
from selfimprove.datasets.lots import lot, turn
from selfimprove_tests.datasets.make import chat

CAPITALS = [("France", "Paris"), ("Spain", "Madrid"), ("Italy", "Rome"), ("Peru", "Lima"), ("Cuba", "Havana"),
            ("Egypt", "Cairo"), ("Japan", "Tokyo"), ("Kenya", "Nairobi")]  # fmt: skip
LEGS = [("a dog", "four"), ("a hen", "two"), ("an ant", "six"), ("a snake", "no")]


def capital(at: int) -> tuple[Message, ...]:
    land, city = CAPITALS[at]
    return chat(f"What is the capital of {land}?", f"The capital of {land} is {city}.")


def legs(at: int) -> tuple[Message, ...]:
    animal, count = LEGS[at]
    return chat(f"How many legs has {animal}?", f"{animal.capitalize()} has {count} legs.")


def asked(messages: tuple[Message, ...], group: str, task: str = "core", **passed: bool) -> Asked:
    return Asked(task, group, messages, passed)


def suite(lost: int = 3, of: int = 4) -> tuple[Asked, ...]:
    """Capitals, of which the challenger lost some that the champion knew, and legs, which it kept."""
    capitals = (asked(capital(at), "capital", challenger=at >= lost, champion=True, base=at > 0) for at in range(of))
    return (*capitals, *(asked(legs(at), "legs", challenger=True, champion=True, base=False) for at in range(3)))


def test_a_fall_is_against_the_earlier_model_that_knew_most() -> None:
    found = decay.falls(suite())
    assert found["core", "capital"] == Fall("core", "capital", 4, "champion", 4, 1)
    assert found["core", "capital"].decay == 3 / (4 + LATENT)
    assert found["core", "legs"] == Fall("core", "legs", 3), "gaining what the base never knew is no loss"


def test_what_was_regained_elsewhere_is_no_loss_of_the_group() -> None:
    swapped = (asked(capital(0), "capital", challenger=False, base=True),
               asked(capital(1), "capital", challenger=True, base=False))  # fmt: skip
    assert decay.falls(swapped)["core", "capital"].decay == 0


def test_only_questions_that_both_were_asked_count() -> None:
    items = (asked(capital(0), "capital", challenger=False, **{"7": True}),
             asked(capital(1), "capital", challenger=False, champion=False))  # fmt: skip
    assert decay.falls(items)["core", "capital"] == Fall("core", "capital", 1, "7", 1, 0)
    assert decay.falls((asked(capital(0), "capital", champion=True),)) == {}


def test_the_champions_own_losses_do_not_count_the_challenger_as_earlier() -> None:
    items = (asked(capital(0), "capital", challenger=True, champion=False, anchor=False),)
    assert decay.falls(items, "champion")["core", "capital"].decay == 0
    items = (asked(capital(0), "capital", challenger=True, champion=False, anchor=True),)
    assert decay.falls(items, "champion")["core", "capital"].knew == "anchor"


def test_one_lost_of_one_weighs_less_than_many_of_many() -> None:
    assert Fall("core", "x", 1, "base", 1, 0).decay < Fall("core", "x", 20, "base", 20, 10).decay < 0.5


def test_lessons_like_what_was_lost_are_needed_more_and_the_others_never_not() -> None:
    lessons = [capital(6), legs(3), chat("zzz", "qqq")]
    found = decay.needs(lessons, Practice(suite(), "r", 0.1))
    fall = Fall("core", "capital", 4, "champion", 4, 1)
    assert found == [Need(0.1 + 0.9 * fall.decay, fall), Need(0.1), Need(0.1)]


def test_a_system_prompt_makes_no_lesson_like_another() -> None:
    system = "system: What is the capital of France? Tell the capital of Spain, and the capital of Peru."
    (found,) = decay.needs([chat(system, *(m.content for m in legs(3)))], Practice(suite(), "r", 0.1))
    assert found.fall is None


@pytest.mark.parametrize(
    "practice", [Practice(floor=0.1), Practice(suite(lost=0), "r", 0.1), Practice(suite(), "r", 1.0)]
)
def test_where_nothing_was_lost_or_weighed_all_are_alike(practice: Practice) -> None:
    lessons = [capital(at) for at in range(8)]
    assert decay.needs(lessons, practice) == [Need(practice.floor)] * 8
    seed = practice.seed(5)
    said = {f"id {at}": lessons[at] for at in range(8)}
    assert decay.in_turn([*said], lambda id: (id, said[id]), practice, 5) == sorted(said, key=lambda id: lot(seed, id))


def test_a_draw_is_the_same_for_the_same_report_and_another_after_the_next() -> None:
    lessons = {str(at): legs(at % 4) for at in range(50)}

    def drawn(report: str, seed: int = 1) -> Sequence[str]:
        practice = Practice(suite(), report, 0.1)
        return decay.in_turn([*lessons], lambda id: (id, lessons[id]), practice, seed)

    assert drawn("one") == drawn("one")
    assert drawn("one") != drawn("two")
    assert drawn("one") != drawn("one", seed=2)


def test_draws_follow_the_weights() -> None:
    """Of two, the one that weighs four times as much comes first four times as often."""
    first = Counter(min(("light", 0.1), ("heavy", 0.4), key=lambda one: turn(seed, *one))[0] for seed in range(4000))
    assert first["heavy"] / 4000 == pytest.approx(0.8, abs=0.02)


def test_a_lots_order_does_not_depend_on_who_else_takes_part() -> None:
    few, all_ = [f"{at}" for at in range(10)], [f"{at}" for at in range(100)]
    order = sorted(all_, key=lambda id: turn(3, id, 0.1))
    assert [id for id in order if id in few] == sorted(few, key=lambda id: turn(3, id, 0.1))


def test_the_manifest_tells_what_was_lost_and_how_many_like_it_were_drawn() -> None:
    own = tuple(
        asked(chat(f"Where is my {thing}?", f"In the {thing} box."), f"in the {thing} box", "holdout",
               challenger=False, champion=True)
        for thing in ("hammer", "ladder")
    )  # fmt: skip
    practice = Practice((*suite(), *own), "report", 0.1)
    lessons = [capital(5), capital(6), legs(3), chat("Tell me where my hammer is.", "In the hammer box.")]
    found = decay.summary(decay.needs(lessons, practice), practice)
    assert found == {
        "report": "report", "floor": 0.1, "by_lot": 1,
        "lost": [
            {"name": "core capital", "knew": "champion", "before": 4, "now": 1, "n": 4, "drawn": 2},
            {"name": "holdout", "knew": "", "before": 2, "now": 0, "n": 2, "drawn": 1},
        ],
    }  # fmt: skip
    assert "hammer" not in str(found), "no word of anybody's question"
    assert decay.summary([], Practice(suite())) == {}


def test_likeness_is_by_rare_words_and_none_where_nothing_is_shared() -> None:
    groups = [["What is the capital of France?", "What is the capital of Spain?"], ["What is the plural of mouse?"]]
    found = nearest(["Tell me the plural of goose.", "capital of Chile", "12", ""], groups)
    assert [at for at, _ in found[:2]] == [1, 0]
    assert found[0][1] > 0.2
    assert [like for _, like in found[2:]] == [0.0, 0.0]
    assert nearest(["x"], []) == [(0, 0.0)]
    assert nearest([], groups) == []
