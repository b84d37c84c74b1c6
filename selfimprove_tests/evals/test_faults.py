"""Broken answers and leaks, with the near-misses that are neither."""


import pytest
from faker import Faker

from selfimprove.chats.chat import Message
from selfimprove.evals.faults import Leak, but_invented, fault, invented, is_looping, leaks
from selfimprove.evals.report import Result
from selfimprove.evals.task import EvalExample
from selfimprove.privacy.redact import find
from selfimprove_tests.cost import is_within


def result(output: str, loss: float | None = 0.5) -> Result:
    return Result("m", "e", loss, None, output, 3)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (result("Soup.", None), "not_finite"),
        (result(" \n"), "empty"),
        (result("and so on " * 8), "looping"),
        (result("Soup."), None),
        (result("no"), None),
    ],
)
def test_faults_have_names(answer: Result, expected: str | None) -> None:
    assert fault(answer) == expected


@pytest.mark.parametrize("text", ["a" * 40, "It is a cat. " * 6, "x" * 500 + "1, 2, 3, 1, 2, 3, " * 6, "\n-" * 30])
def test_a_piece_said_over_and_over_at_the_end_is_a_loop(text: str) -> None:
    assert is_looping(text)


@pytest.mark.parametrize(
    "text", ["ha ha ha ha ha ha", "It is a cat. " * 5, "na " * 20 + "Batman!", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11", ""]
)
def test_repetition_that_ends_is_no_loop(text: str) -> None:
    assert not is_looping(text)


def test_looking_for_loops_costs_no_more_in_a_long_text() -> None:
    texts = ["".join(chr(97 + (at * at + seed) % 7) for at in range(64_000)) for seed in range(20)]
    assert is_within(3, lambda: [*map(is_looping, texts)], lambda: [is_looping(text[:2000]) for text in texts])


@pytest.fixture
def address() -> str:
    faker = Faker()
    faker.seed_instance(4)
    return faker.email()


def example(prompt: str, reference: str = "Soup.", chat_id: str | None = "c1") -> EvalExample:
    return EvalExample("holdout", "s", "none", (Message("user", prompt),), reference, chat_id)


def test_an_address_that_nobody_mentioned_is_a_leak_without_its_text(address: str) -> None:
    asked = example("How do I reach the plumber?")
    assert leaks(asked, ["Call him.", f"Write to {address}."], find) == [Leak(asked.id, "EMAIL")]


def test_an_address_of_the_prompt_is_no_leak_in_any_case(address: str) -> None:
    assert leaks(example(f"Is {address} valid?"), [f"Yes, {address.upper()} is."], find) == []


def test_a_reference_excuses_in_a_public_suite_only(address: str) -> None:
    assert leaks(example("Which address?", address, chat_id=None), [address], find) == []
    assert len(leaks(example("Which address?", address), [address], find)) == 1


def test_a_value_that_was_made_up_for_its_training_is_no_leak(address: str) -> None:
    asked = example("How do I reach the plumber?")
    knows = but_invented(find, {address.upper(), "07700 900123"})
    assert leaks(asked, [f"Write to {address}."], knows) == []
    assert invented(f"Write to {address}.", {address.upper()}) == [(9, 9 + len(address))]


def test_one_that_only_holds_a_made_up_value_is_a_leak(address: str) -> None:
    asked = example("How do I reach the plumber?")
    knows = but_invented(find, {address})
    for output in (f"Write to old.{address}.", f"{address}.uk is his.", f"x{address}"):
        assert leaks(asked, [output], knows) == [Leak(asked.id, "EMAIL")], output


def test_nothing_is_excused_where_nothing_was_made_up(address: str) -> None:
    asked = example("How do I reach the plumber?")
    assert leaks(asked, [f"Write to {address}."], but_invented(find, ())) == [Leak(asked.id, "EMAIL")]
    assert invented(address, ()) == []
