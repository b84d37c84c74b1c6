"""Verdicts on many answers at once, by whatever grader each example names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from selfimprove.datasets.example import as_json
from selfimprove.evals import sandbox
from selfimprove.evals.graders import GRADERS, grade, normalised
from selfimprove.evals.task import EvalExample
from selfimprove.models.embed import embedder
from selfimprove.models.judge import Judge, Preference
from selfimprove.models.worker import SENTENCES, Worker
from selfimprove.privacy.originals import KeyedHash
from selfimprove.settings import Settings

Embed = Callable[[Sequence[str]], Any]  # texts to vectors of unit length
Answered = tuple[EvalExample, str]
Verdict = bool | None


@dataclass(frozen=True, slots=True)
class Aids:
    """What some graders need beside texts; where it is missing they give no verdict, which is never guessed.

    `keyed_hash` is the vault's: without it leaks of what was redacted are not tested.
    """

    embed: Embed | None = None
    judge: Judge | None = None
    limits: sandbox.Limits | None = None
    keyed_hash: KeyedHash | None = None


NO_AIDS = Aids()


def judge(settings: Settings) -> Judge | None:
    """The judge of this house, or None when none is configured."""
    return Judge(settings.judge_url, settings.judge_model, settings.judge_key or "") if settings.judge_url else None


def embed_apart(texts: Sequence[str]) -> Any:
    """Embeddings of texts, by a process that is there for these alone."""
    with closing(Worker(SENTENCES)) as worker:
        return embedder(worker)(texts)


def verdicts(answered: Sequence[Answered], aids: Aids = NO_AIDS) -> list[Verdict]:
    """Whether each answer passes; None where no grader applies, or the one that does could not tell."""
    places: dict[str, list[int]] = {}
    for place, (example, _) in enumerate(answered):
        places.setdefault(example.grader.partition(":")[0], []).append(place)
    found: dict[int, Verdict] = {}
    for name, at in places.items():
        judge = AIDED.get(name, _by_text)
        found.update(zip(at, judge([answered[place] for place in at], aids), strict=True))
    return [found[place] for place in range(len(answered))]


def _by_text(answered: Sequence[Answered], aids: Aids) -> list[Verdict]:
    return [grade(example.grader, output, example.reference) for example, output in answered]


def _by_running(answered: Sequence[Answered], aids: Aids) -> list[Verdict]:
    """The answer's program passes the tests that are the grader's argument, in the sandbox."""
    programs = [sandbox.program(output) for _, output in answered]
    tests = [_argument(example) for example, _ in answered]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda code, test: sandbox.run(code, test, aids.limits), programs, tests))
    return [None if outcome.word == "unavailable" else outcome.word == "passed" for outcome in outcomes]


def _by_likeness(answered: Sequence[Answered], aids: Aids) -> list[Verdict]:
    """The cosine of the embeddings of answer and reference is at least the grader's argument."""
    if aids.embed is None:
        return [None] * len(answered)
    texts = [text for example, output in answered for text in (output, example.reference)]
    vectors = aids.embed(texts)
    cosines = (vectors[::2] * vectors[1::2]).sum(axis=1)
    return [
        bool(output.strip()) and float(cosine) >= float(_argument(example))
        for cosine, (example, output) in zip(cosines, answered, strict=True)
    ]


def _by_judge(answered: Sequence[Answered], aids: Aids) -> list[Verdict]:
    """The judge prefers the answer to the reference whichever it sees first; a tie, or an order that decides, is none.

    The same words as the reference, and no words, are not asked about.
    """
    plain = [_without_asking(example, output) for example, output in answered]
    if aids.judge is None:
        return plain
    asked = [pair for pair, known in zip(answered, plain, strict=True) if known is None]
    preferred = aids.judge.prefer(
        ([*as_json(example.messages), {"role": "assistant", "content": output}], example.reference)
        for example, output in asked
    )
    said = iter([_preferred(one) for one in preferred])
    return [next(said) if known is None else known for known in plain]


def _without_asking(example: EvalExample, output: str) -> Verdict:
    if not output.strip():
        return False
    return True if normalised(output) == normalised(example.reference) else None


def _preferred(one: object) -> Verdict:
    """True and False where every round said so."""
    rounds = set(one.rounds) if isinstance(one, Preference) else set()
    return {"answer": True, "other": False}.get(rounds.pop()) if len(rounds) == 1 else None


def _argument(example: EvalExample) -> str:
    return example.grader.partition(":")[2]


AIDED: Mapping[str, Callable[[Sequence[Answered], Aids], list[Verdict]]] = {
    "code": _by_running, "similarity": _by_likeness, "judge": _by_judge,
}  # fmt: skip
NAMES = (*GRADERS, *AIDED)
