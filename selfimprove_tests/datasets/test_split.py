"""Sides, the fresh day, and what may not be asked on both."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import Chosen, Rule, example
from selfimprove.datasets.prompts import keys, last_key
from selfimprove.datasets.split import History, Splits, split, without
from selfimprove_tests.datasets.make import FIRST, chat, chosen, many

RULE = Rule(seed=1)


def ids(chosen: Iterable[Chosen]) -> set[str]:
    return {c.example.id for c in chosen}


def reasons(splits: Splits) -> dict[str, int]:
    return dict(Counter(out.reason for out in splits.left_out))


def cut(chosen: list[Chosen], history: History | None = None, rule: Rule = RULE) -> Splits:
    splits = split(chosen, history or History(), rule)
    assert splits is not None
    total = sum(map(len, (splits.train, splits.validation, splits.fresh, splits.remembered, splits.left_out)))
    assert total == len(chosen)
    return splits


def test_the_newest_day_only_tests_and_the_rest_takes_its_side() -> None:
    train, validation, newest = many(10, 0), many(3, 1, "validation"), [*many(2, 2), *many(1, 2, "validation", "pet")]
    splits = cut([*newest, *validation, *train])
    assert splits.cutoff == FIRST + timedelta(days=2)
    assert ids(splits.train) == ids(train)
    assert ids(splits.validation) == ids(validation)
    assert ids(splits.fresh) == ids(newest)
    assert not splits.left_out


def test_the_sealed_side_is_out_of_sight_even_when_fresh() -> None:
    splits = cut([*many(10, 0), *many(2, 2, word="pet"), *many(3, 2, "sealed")])
    assert reasons(splits) == {"sealed": 3}


def test_a_sealed_chat_alone_is_nothing_new() -> None:
    assert split(many(3, 0, "sealed"), History(), RULE) is None


def test_nothing_new() -> None:
    known = many(10, 0)
    assert split(known, History(seen=frozenset(ids(known))), RULE) is None
    assert split([], History(), RULE) is None


def test_an_example_is_new_again_when_its_words_change() -> None:
    known = many(10, 0)
    corrected = chosen(known[0].example.messages[0].content, "It is 99.", 0, chat_id=known[0].chat_id)
    splits = cut([*known[1:], corrected], History(seen=frozenset(ids(known))))
    assert ids(splits.fresh) == ids([corrected])


def test_yesterdays_fresh_examples_train_tonight() -> None:
    old, yesterday, today = many(10, 0), many(4, 1), many(4, 2)
    history = History(seen=frozenset(ids([*old, *yesterday])), learned=frozenset(ids(old)))
    splits = cut([*old, *yesterday, *today], history)
    assert ids(splits.train) == ids(yesterday)
    assert ids(splits.remembered) == ids(old)
    assert ids(splits.fresh) == ids(today)


def test_what_a_refused_night_tried_to_learn_is_tried_again() -> None:
    tried, today = many(10, 0), many(2, 2)
    splits = cut([*tried, *today], History(seen=frozenset(ids(tried))))
    assert ids(splits.train) == ids(tried)
    assert not splits.remembered


def test_an_old_file_imported_later_does_not_stop_newer_days_from_training() -> None:
    known, imported = many(10, 9), many(3, 2, word="pet")
    splits = cut([*known, *imported], History(seen=frozenset(ids(known))))
    assert ids(splits.fresh) == ids(imported)
    assert ids(splits.train) == ids(known)


def test_a_first_night_with_one_day_trains_on_it_and_tests_on_its_held_out_side() -> None:
    train, held_out = many(20, 0), many(2, 0, "validation", "pet")
    splits = cut([*train, *held_out])
    assert splits.cutoff == FIRST + timedelta(days=1)
    assert ids(splits.train) == ids(train)
    assert ids(splits.validation) == ids(held_out)
    assert not splits.fresh


def test_just_enough_before_the_newest_day_keeps_it_fresh() -> None:
    assert cut([*many(8, 0), *many(3, 1)]).fresh
    assert not cut([*many(7, 0), *many(3, 1)]).fresh


def test_a_question_on_two_sides_stays_with_the_test() -> None:
    test = chosen("What is my gym day?", "Monday.", 0, "validation")
    same = chosen("what is my  GYM day", "Monday.", 1)
    near = chosen("When is my gym day?", "Monday.", 1)
    splits = cut([*many(10, 0), test, same, near, *many(1, 5, word="pet")])
    assert ids([test]) == ids(splits.validation)
    assert same.example.id not in ids(splits.train)
    assert near.example.id in ids(splits.train)
    assert reasons(splits) == {"prompt_in_test": 1}


def test_a_sealed_question_is_not_learned_either() -> None:
    sealed, same = chosen("What is my gym day?", "Monday.", 0, "sealed"), chosen("What is my gym day?", "Monday!", 1)
    assert reasons(cut([*many(10, 0), sealed, same, *many(1, 5)])) == {"sealed": 1, "prompt_in_test": 1}


def test_a_tested_question_inside_a_longer_chat_is_not_learned() -> None:
    test = chosen("What is my gym day?", "Monday.", 5)
    long = example("long", "approved", chat("What is my gym day?", "Monday.", "And what is my bin day?", "Friday."))
    splits = cut([*many(10, 0), test, Chosen(long, "long", FIRST, "train", test.said_at)])
    assert reasons(splits) == {"prompt_in_test": 1}


def test_the_fresh_day_goes_before_the_held_out_side() -> None:
    old, new = chosen("What is my gym day?", "Monday.", 0, "validation"), chosen("What is my gym day?", "Monday.", 5)
    splits = cut([*many(10, 0), old, new])
    assert ids(splits.fresh) == ids([new])
    assert reasons(splits) == {"prompt_in_fresh": 1}


def test_suite_questions_are_never_learned_but_may_test() -> None:
    suite = frozenset(keys((Message("user", "What is the capital of France?"),)))
    train = chosen("What is the capital of France?", "Paris.", 0)
    fresh = chosen("What is the capital of France?", "Paris!", 5)
    splits = cut([*many(10, 0), train, *many(1, 5)], History(suite_keys=suite))
    assert reasons(splits) == {"prompt_in_suite": 1}
    assert ids(cut([*many(10, 0), fresh], History(suite_keys=suite)).fresh) == ids([fresh])


def test_a_changed_fact_is_left_out_wherever_it_was_first_said() -> None:
    old, new = chosen("What is my gym day?", "Monday.", 0, "validation"), chosen("What is my gym day?", "Friday.", 2)
    splits = cut([*many(10, 0), old, new, *many(1, 5)])
    assert reasons(splits) == {"contradicted_later": 1}
    assert new.example.id in ids(splits.train)


def test_memory_is_drawn_by_lot_and_capped() -> None:
    learned, today = many(50, 0), [*many(8, 1, word="pet"), *many(2, 2)]
    history = History(seen=frozenset(ids(learned)), learned=frozenset(ids(learned)))
    draws = [cut([*learned, *today], history, Rule(remember=20, seed=seed)) for seed in (1, 1, 2)]
    assert [reasons(d) for d in draws] == [{"not_drawn": 30}] * 3
    assert draws[0] == draws[1]
    assert ids(draws[0].remembered) != ids(draws[2].remembered)


def test_a_remembered_answer_gives_way_to_tonights_answer_to_the_same_question() -> None:
    learned = [*many(10, 0), chosen("Tell me a joke, please.", "Ha.", 0, kind="approved")]
    again = chosen("Tell me a joke, please.", "Ho.", 1, kind="approved")
    seen = History(seen=frozenset(ids(learned)), learned=frozenset(ids(learned)))
    splits = cut([*learned, again, *many(8, 1, word="pet"), *many(1, 2)], seen)
    assert reasons(splits) == {"prompt_in_train": 1}


def test_the_order_chats_come_in_changes_nothing() -> None:
    given = [*many(10, 0), *many(5, 1, "validation"), *many(3, 2)]
    assert cut(given) == cut(given[::-1])


def test_no_question_of_any_test_is_learned() -> None:
    sides = ("train", "validation", "sealed")
    given = [chosen(f"What is thing {i % 17}?", "It is.", i // 20, sides[i % 3], chat_id=f"c{i}") for i in range(200)]
    splits = cut(given)
    tested = splits.test_keys
    assert tested
    assert all(tested.isdisjoint(keys(c.example.messages)) for c in (*splits.train, *splits.remembered))
    fresh = {last_key(c.example.messages) for c in splits.fresh}
    assert fresh.isdisjoint(last_key(c.example.messages) for c in splits.validation)


def test_leaving_out_for_one_more_reason_loses_nothing() -> None:
    splits = cut([*many(10, 0), *many(2, 1)])
    bad = splits.train[0].example.id, splits.fresh[0].example.id
    after = without(splits, lambda c: c.example.id in bad, "left_over_secret")
    assert (len(after.train), len(after.fresh), reasons(after)) == (9, 1, {"left_over_secret": 2})
