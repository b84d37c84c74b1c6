"""A judge: any OpenAI-compatible server that grades answers and compares them. It only ever sees redacted text.

Self-critique is the same protocol, answered by the owner's own model behind a server of theirs: the house asks nobody
who was not configured, and what a judge says weighs nothing until it has agreed with the owner (critiques/agree.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar

import httpx

from selfimprove.models import rubric, wire
from selfimprove.models.rubric import RUBRIC_VERSION, Question

TIMEOUT = httpx.Timeout(120.0, connect=5.0)
GIVE_UP_AFTER = 3
REPEATS = 2  # how often the same is asked: the first time greedily, then sampled
AGAIN = 100  # added to the seed of a second try, which greedily would end as the first did

MissingReason = Literal["malformed", "refused", "timed_out", "unreachable", "not_asked"]
Preferred = Literal["answer", "other", "tie"]
Messages = Sequence[Mapping[str, str]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Grade:
    """The judge's grades of one answer: their mean, the last one's reason, the model and rubric they are by."""

    score: float
    reason: str
    model: str
    rubric: str = RUBRIC_VERSION
    grades: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two answers the judge prefers; `rounds` has one verdict for each time it saw both orders.

    A round in which the order decided is a tie.
    """

    prefers: Preferred
    model: str
    rubric: str = RUBRIC_VERSION
    rounds: tuple[Preferred, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """The judge gave no usable verdict; nothing is guessed in its place."""

    reason: MissingReason


@dataclass(frozen=True, slots=True)
class Judge:
    """An OpenAI-compatible server, the model it should use, and a key ("" for none)."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def grade(self, conversations: Iterable[Messages]) -> Iterator[Grade | Missing]:
        """One verdict a conversation, in order, on its last message; `{"role", "content"}` messages, redacted.

        A judge that cannot be reached three times in a row is not asked again.
        """
        with self._line() as line:
            for messages in conversations:
                verdicts = _repeatedly(partial(line.ask, rubric.grading(messages)))
                yield self._graded(verdicts)

    def prefer(self, pairs: Iterable[tuple[Messages, str]]) -> Iterator[Preference | Missing]:
        """One verdict a pair of a conversation, which ends with an answer, and another answer in that one's place."""
        with self._line() as line:
            for messages, other in pairs:
                rounds = _repeatedly(partial(_round, line, messages, other))
                found = [one for one in rounds if not isinstance(one, Missing)]
                yield Preference(_most(found), self.model, rounds=tuple(found)) if found else _missing(rounds)

    @contextmanager
    def _line(self) -> Iterator["Line"]:
        with httpx.Client(timeout=TIMEOUT, transport=self.transport, headers=wire.authorization(self.key)) as client:
            yield Line(self, client)

    def _graded(self, verdicts: Sequence[tuple[int, str] | Missing]) -> Grade | Missing:
        found = [verdict for verdict in verdicts if not isinstance(verdict, Missing)]
        if not found:
            return _missing(verdicts)
        points = tuple(score for score, _ in found)
        return Grade(sum(points) / len(points), found[-1][1], self.model, RUBRIC_VERSION, points)


@dataclass(slots=True)
class Line:
    """A connection to the judge's server, which is given up when nobody answers."""

    judge: Judge
    client: httpx.Client
    failures: int = 0

    def ask(self, question: Question[T], seed: int | None) -> T | Missing:
        """The verdict; a question that brought none is asked once more, and then the verdict is missing."""
        if self.failures >= GIVE_UP_AFTER:
            return Missing("not_asked")
        verdict = self._once(question, seed, with_schema=True)
        if isinstance(verdict, Missing):
            # A server that refuses the request may be one that does not know schemas.
            verdict = self._once(question, AGAIN + (seed or 0), with_schema=verdict.reason != "refused")
        down = isinstance(verdict, Missing) and verdict.reason in ("timed_out", "unreachable")
        self.failures = self.failures + 1 if down else 0
        return verdict

    def _once(self, question: Question[T], seed: int | None, *, with_schema: bool) -> T | Missing:
        schema = question.schema if with_schema else None
        request = wire.completion_request(self.judge.model, question.messages, max_tokens=300, schema=schema, seed=seed)
        try:
            response = self.client.post(wire.completions_url(self.judge.url), json=request)
        except httpx.TimeoutException:
            return Missing("timed_out")
        except httpx.RequestError:  # a reply that cannot be unpacked is one of these too
            return Missing("unreachable")
        if response.status_code != 200:
            return Missing("unreachable" if response.status_code >= 500 else "refused")
        verdict = question.read(rubric.verdict(response.content))
        return Missing("malformed") if verdict is None else verdict


def _repeatedly(ask: Callable[[int | None], T]) -> list[T]:
    return [ask(seed or None) for seed in range(REPEATS)]


def _round(line: Line, messages: Messages, other: str, seed: int | None) -> Preferred | Missing:
    """The verdict on both orders: the one they agree on, a tie where the place decided."""
    answer = messages[-1]["content"]
    first = line.ask(rubric.comparing(messages[:-1], answer, other), seed)
    second = line.ask(rubric.comparing(messages[:-1], other, answer), seed)
    if isinstance(first, Missing):
        return first
    if isinstance(second, Missing):
        return second
    said: dict[tuple[str, str], Preferred] = {("A", "B"): "answer", ("B", "A"): "other"}
    return said.get((first, second), "tie")


def _most(rounds: Sequence[Preferred]) -> Preferred:
    """What more rounds say than say the opposite."""
    count = Counter(rounds)
    if count["answer"] == count["other"]:
        return "tie"
    return "answer" if count["answer"] > count["other"] else "other"


def _missing(verdicts: Iterable[object]) -> Missing:
    """Why there is none: the first reason."""
    return next(verdict for verdict in verdicts if isinstance(verdict, Missing))
