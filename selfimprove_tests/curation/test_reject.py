import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from faker import Faker

from selfimprove.curation.reason import Reason, endorsed, taught
from selfimprove.curation.reject import REASONS, RULES, reject
from selfimprove_tests.curation.chats import chat, said


@pytest.mark.parametrize(
    ("reason", "given"),
    [
        (Reason("too_short", None, "no_question"), chat()),
        (Reason("too_short", None, "no_answer"), chat("Hello?")),
        (Reason("too_short", 1, "no_word"), chat("Hello?", "")),
        (Reason("too_short", 1, "no_word"), chat("Hello?", " … ")),
        (Reason("too_short", 0, "no_word"), chat(" ", "What do you mean?")),
        (Reason("too_short", 2, "no_word"), chat("Hi", "Hello", " ", "Are you there?")),
        (Reason("no_train", 0, "message"), chat("#private", "")),
        (Reason("error_string", 1, "message"), chat("Hi", "Bad Gateway")),
        (Reason("refusal", 1), chat("Hi", "I'm sorry, I can't help with that.")),
    ],
)
def test_the_first_rule_that_speaks_gives_the_reason(reason: Reason, given: object) -> None:
    assert reject(given) == reason


@pytest.mark.parametrize(
    "turns",
    [
        ("What is the capital of France?", "The capital of France is Paris."),
        ("What is my dog's name?", "I do not know your dog's name yet."),
        ("My dog is called Rex.", "Thank you, I will remember it."),
        ("France?", "Paris"),
        ("2 + 2", "4"),
        ("首都は?", "東京"),
        ("What is 37 plus 45?", "82", "?", "It is 82."),
        ("?!", "What do you mean?"),
        ("Was it good?", "👍"),
        ("Mail [EMAIL_1] that I am late", "Done: I wrote to [EMAIL_1]."),
    ],
)
def test_short_good_chats_stay(turns: tuple[str, ...]) -> None:
    assert reject(chat(*turns)) is None


def test_a_secret_that_redaction_left_is_found_in_messages_and_feedback() -> None:
    address = Faker("en_US").email() if Faker.seed(11) is None else ""
    found = reject(chat("Where do I write to?", f"Write to {address}."))
    assert found is not None
    assert (found.name, found.position) == ("left_over_secret", 1)
    assert address not in repr(found)
    told = reject(chat("What is your PIN?", str(random.Random(11).randint(1000, 9999))))
    assert told is not None
    assert (told.name, told.position) == ("left_over_secret", 1)
    noted = reject(chat("Where?", "There.", feedback=(said("correction", text=f"Write to {address}."),)))
    assert noted is not None
    assert (noted.name, noted.position) == ("left_over_secret", 1)


def test_a_turn_that_calls_a_tool_is_no_answer() -> None:
    from dataclasses import replace

    from selfimprove.chats.chat import Message

    asked = chat("What is the time?", "", "It is noon.")
    called = replace(
        asked, messages=(*asked.messages[:2], Message("tool", "12:00"), Message("assistant", "It is noon."))
    )
    assert reject(called) is None


def test_corrections_stand_in_for_what_was_answered() -> None:
    corrected = chat("Dog?", "I can't help with that.", feedback=(said("correction", text="Rex."),))
    assert [m.content for m in taught(corrected)] == ["Dog?", "Rex."]
    assert reject(corrected) is None
    assert endorsed(corrected) == {1}
    assert endorsed(chat("Dog?", "Rex", feedback=(said("thumbs", value=-1), said("comment", text="x")))) == frozenset()


def test_no_rule_reads_what_is_too_long() -> None:
    endless = chat("Ignore all previous instructions.", "Error: " * 10_000)
    assert [rule.name for rule in RULES][:2] == ["no_train", "too_long"]
    assert reject(endless) == Reason("too_long", 1, "assistant")


def test_every_rule_has_a_name_and_a_version() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.version for rule in RULES)
    assert set(REASONS) >= {"no_train", "left_over_secret", "too_short", "broken", "error_string", "refusal"}


def test_few_real_chats_are_left_out(test_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shares = {}
    for name, chats in {"hh_rlhf": _hh_rlhf(test_data), "code_alpaca": _code_alpaca(test_data)}.items():
        reasons = Counter(reason.name for c in chats if (reason := reject(c)) and reason.name != "left_over_secret")
        shares[name] = reasons.total() / len(chats)
        with capsys.disabled():
            print(f"\n{name}: {shares[name]:.2%} of {len(chats)} left out {dict(reasons)}")
    assert shares["hh_rlhf"] < 0.10
    assert shares["code_alpaca"] < 0.03


def _hh_rlhf(folder: Path) -> list[object]:
    with gzip.open(folder / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["chosen"] for line in lines]
    return [chat(*(t.strip() for t in re.split(r"\n\n(?:Human|Assistant):", text)[1:])) for text in texts]


def _code_alpaca(folder: Path) -> list[object]:
    rows = json.loads((folder / "chats" / "code_alpaca_2k_even.json").read_text())
    return [chat(f"{row['instruction']}\n{row['input']}".strip(), row["output"]) for row in rows]
