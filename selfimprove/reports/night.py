"""What there is to tell of one night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Outcome = Literal["promoted", "waiting", "rejected", "not_enough_evidence", "nothing_to_learn", "failed"]


@dataclass(frozen=True, slots=True)
class Stage:
    """What one daily stage took in and gave on, over the days of the run, in chats."""

    name: str
    days: int
    first: date
    last: date
    taken: int
    given: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate found; numbers are None where it has none."""

    gate: str
    outcome: str
    detail: str
    value: float | None = None
    limit: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class TaskScore:
    """How many of a task's graded examples the champion and the challenger passed."""

    task: str
    graded: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class LongAnswers:
    """Of people's own long answers, how many the challenger finds likelier than the champion does, and less likely.

    Of those `graded` that a gain is tested on, how many the champion says (`before`) and the challenger (`after`); None
    where none was judged.
    """

    asked: int
    likelier: int
    less: int
    graded: int | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """A lesson that moved an answer; `nearness` is the cosine of the two changes, `day` and `source` its chat's."""

    question: str
    answer: str
    nearness: float
    day: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """How much of what improved came of one day's chats of one source; None and None for no chat."""

    source: str | None
    day: date | None
    share: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question that was kept out of training.

    `gain` is how much likelier the reference became, in nats a token; `leads` the lessons that moved it.
    """

    question: str
    reference: str
    before: str
    after: str
    passed_before: bool | None = None
    passed_after: bool | None = None
    gain: float | None = None
    leads: tuple[Lead, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A correction that was trained on."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A check or step that failed in the run; `check_name` is "" for a step."""

    asset: str
    check_name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Past:
    """One decided night: the share of people's own questions passed before and after."""

    night: date
    decision: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What the night's report came to; `promoted` when its adapter answers from then on, `waits` for a person's yes.

    `changes` are the answers that changed most, the better ones first; `origins` where what improved came from.
    """

    decision: str | None
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    promoted: bool
    scores: tuple[TaskScore, ...] = ()
    pairs: tuple[Pair, ...] = ()
    changes: tuple[Pair, ...] = ()
    origins: tuple[Origin, ...] = ()
    waits: bool = False
    long_answers: LongAnswers = LongAnswers(0, 0, 0)
    adapter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What there was to learn: `manifest` is the dataset's, None when there is no dataset; `sentence` says why."""

    sentence: str
    manifest: Mapping[str, Any] | None
    rejected: Mapping[str, int]
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Adapter:
    """What was trained."""

    id: str
    recipe: Mapping[str, Any]
    metrics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Night:
    """Everything the morning report tells; parts that the night did not reach are None or empty.

    `unheard` says until when the champion answers nobody.
    """

    run_id: str
    night: date
    stages: tuple[Stage, ...] = ()
    rejected: Mapping[str, int] | None = None
    found: Found | None = None
    adapter: Adapter | None = None
    judged: Judged | None = None
    failures: tuple[Failure, ...] = ()
    champion: str | None = None
    unheard: str = ""
    trend: tuple[Past, ...] = ()
