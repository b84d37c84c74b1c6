"""Many answers at once, by graders that need a sandbox, an encoder or a judge; without that there is no verdict."""

from collections.abc import Sequence

import httpx
import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from selfimprove.chats.chat import Message
from selfimprove.evals.grading import NAMES, Aids, verdicts
from selfimprove.evals.sandbox import Limits
from selfimprove.evals.task import EvalExample
from selfimprove.models.embed import embed
from selfimprove.models.judge import Judge

TESTS = "assert double(2) == 4"
RIGHT, WRONG = "def double(x): return 2 * x", "def double(x): return x"


def example(grader: str, reference: str = "Yes.") -> EvalExample:
    return EvalExample("core", "s", grader, (Message("user", "Is it?"),), reference)


def test_each_answer_is_judged_by_the_grader_its_example_names_in_order() -> None:
    answered = [
        (example("exact"), "yes"), (example(f"code:{TESTS}", RIGHT), f"```python\n{RIGHT}\n```"),
        (example("numeric", "4"), "5"), (example(f"code:{TESTS}", RIGHT), WRONG), (example("none"), "?"),
        (example("judge"), "perhaps"), (example("similarity:0.5"), "yes"),
    ]  # fmt: skip
    assert verdicts(answered) == [True, True, False, False, None, None, None]
    assert verdicts([]) == []


def test_the_names_of_all_graders_are_known() -> None:
    assert NAMES[-3:] == ("code", "similarity", "judge")


def test_a_program_that_does_not_end_fails_and_the_others_are_judged() -> None:
    answered = [(example(f"code:{TESTS}", RIGHT), code) for code in (RIGHT, "while True: pass", "exit()", RIGHT)]
    assert verdicts(answered, Aids(limits=Limits(seconds=1))) == [True, False, False, True]


def test_a_sandbox_that_cannot_be_had_gives_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.evals.sandbox.CAGE", "/nowhere/cage.py")
    assert verdicts([(example(f"code:{TESTS}", RIGHT), RIGHT)]) == [None]


def test_what_means_the_same_is_alike_and_its_near_miss_is_not() -> None:
    asked = example("similarity:0.75", "The museum is closed on Mondays.")
    said = ("On Mondays the museum is closed.", "The museum sells postcards and books.", "  ")
    assert verdicts([(asked, text) for text in said], Aids(embed=embed)) == [True, False, False]


def test_all_texts_are_embedded_in_one_call() -> None:
    calls: list[int] = []

    def counted(texts: Sequence[str]) -> NDArray[np.float32]:
        calls.append(len(texts))
        return np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]

    asked = example("similarity:1")
    assert verdicts([(asked, "a"), (asked, "b")], Aids(embed=counted)) == [True, False]
    assert calls == [4]


def judge(*says: str) -> tuple[Judge, list[bytes]]:
    """A judge whose server says these, over and over, and what it is asked."""
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        said = says[len(asked) % len(says)]
        asked.append(request.content)
        content = orjson.dumps({"better": said, "reason": "."}).decode() if said else "?"
        return httpx.Response(200, json={"choices": [{"message": {"content": content}}]})

    return Judge("http://judge", "m", transport=httpx.MockTransport(answer)), asked


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        (("A", "B"), True),  # the answer stands first, then second
        (("B", "A"), False),
        (("A", "A"), None),
        (("B", "B"), None),
        (("tie", "tie"), None),
        (("A", "tie"), None),
        (("A", "B", "B", "A"), None),
        (("A", "B", "A", "A"), None),
        (("",), None),
    ],
)
def test_a_judge_counts_only_when_both_orders_and_all_rounds_agree(
    says: tuple[str, ...], verdict: bool | None
) -> None:
    asked, _ = judge(*says)
    assert verdicts([(example("judge"), "Perhaps.")], Aids(judge=asked)) == [verdict]


def test_a_judge_is_not_asked_about_silence_or_the_reference_itself() -> None:
    asked, requests = judge("B", "A")
    answered = [(example("judge"), ""), (example("judge"), " yes "), (example("judge"), "No.")]
    assert verdicts(answered, Aids(judge=asked)) == [False, True, False]
    assert len(requests) == 4


def test_a_judge_that_is_away_gives_no_verdict() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    aids = Aids(judge=Judge("http://judge", "m", transport=httpx.MockTransport(away)))
    assert verdicts([(example("judge"), "Perhaps.")] * 5, aids) == [None] * 5
