"""What is shown again: drawn by lot, never what is tested or taught differently tonight."""

from pathlib import Path

import pytest

from selfimprove.chats.chat import Message
from selfimprove.datasets import replay
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.prompts import keys
from selfimprove.datasets.split import History, Splits, split
from selfimprove_tests.datasets.house import make_base
from selfimprove_tests.datasets.make import chat, chosen, many

PLAIN = [chat(f"What is the opposite of word {i}?", f"Word {-i}.") for i in range(40)]


def splits_of(*more: Chosen) -> Splits:
    splits = split([*many(10, 0), *many(2, 3), *more], History(), Rule())
    assert splits
    return splits


def test_the_file_is_read_as_it_is(tmp_path: Path) -> None:
    base = make_base(tmp_path, replay=(*PLAIN[:2], (Message("user", "Who are you?"),)))
    assert replay.read(base.suites / "replay.jsonl") == [*PLAIN[:2], (Message("user", "Who are you?"),)]


def test_a_draw_is_capped_seeded_and_counted() -> None:
    draws = [replay.draw(PLAIN, splits_of(), History(), Rule(replay=30, seed=seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1]
    assert set(draws[0].chats) != set(draws[2].chats)
    assert [len(d.chats) for d in draws] == [30, 30, 30]
    assert draws[0].left_out == {"not_drawn": 10}


def test_a_longer_file_keeps_the_lot_of_what_was_in_it() -> None:
    few = replay.draw(PLAIN[:20], splits_of(), History(), Rule(replay=100))
    all_ = replay.draw(PLAIN, splits_of(), History(), Rule(replay=100))
    assert [c for c in all_.chats if c in few.chats] == list(few.chats)


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("What is my held-out day?", "prompt_in_test"),
        ("what is my FRESH day", "prompt_in_test"),
        ("What is the capital of France?", "prompt_in_test"),
        ("What is my taught day?", "prompt_in_train"),
    ],
)
def test_what_is_tested_or_taught_is_not_replayed(prompt: str, reason: str) -> None:
    splits = splits_of(
        chosen("What is my held-out day?", "Monday.", 0, "validation"),
        chosen("What is my fresh day?", "Monday.", 3),
        chosen("What is my taught day?", "Monday.", 0),
    )
    suite = frozenset(keys(chat("What is the capital of France?")))
    near_miss = chat("When is my taught day?", "I do not know.")
    draw = replay.draw([chat(prompt, "I do not know."), near_miss], splits, History(suite_keys=suite), Rule())
    assert draw.chats == (near_miss,)
    assert draw.left_out == {reason: 1}


def test_one_answer_a_question() -> None:
    draw = replay.draw([PLAIN[0], PLAIN[0][:1], PLAIN[1]], splits_of(), History(), Rule())
    assert len(draw.chats) == 2
    assert draw.left_out == {"repeated": 1}


def test_no_replay_at_all() -> None:
    draw = replay.draw(PLAIN, splits_of(), History(), Rule(replay=0))
    assert (draw.chats, draw.left_out) == ((), {"not_drawn": 40})


def test_only_open_questions_need_an_answer() -> None:
    open_ = chat("Who are you?")
    assert replay.unanswered([PLAIN[0], open_]) == [open_]


def test_answers_are_the_files_or_the_base_models() -> None:
    open_, silent = chat("Who are you?"), chat("Are you there at all?")
    answers = {replay.prompt_hash(open_): chat("Who are you?", "A model."), replay.prompt_hash(silent): None}
    examples = replay.base_examples([PLAIN[0], open_, silent], answers)
    assert [e.messages for e in examples] == [PLAIN[0], chat("Who are you?", "A model.")]
    assert {(e.kind, e.chat_id) for e in examples} == {("replay", None)}


def test_a_prompts_hash_does_not_depend_on_its_answer() -> None:
    assert (
        replay.prompt_hash(chat("Who?")) == replay.prompt_hash(chat("Who?", "I.")) != replay.prompt_hash(chat("Who!"))
    )
