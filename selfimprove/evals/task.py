"""The noun of an evaluation: one prompt, what it should lead to, and how that is judged."""

from dataclasses import dataclass, field

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import as_json, content_id
from selfimprove.datasets.outdated import SHORT

RULE_VERSION = "2"  # of graders and of how answers are asked for: results under another one are not compared
TASKS = ("core", "refusals", "golden", "holdout", "fresh")
UNGRADED = "none"
LIKELIHOOD = "likelihood"


@dataclass(frozen=True, slots=True)
class EvalExample:
    """One prompt with its reference answer; `slice` is its cluster in paired statistics, `id` a hash of its content.

    `grader` is a grader's name, or "name:argument". Of an example with `runs` the share of so many sampled answers that
    pass is its score, else the greedy answer's verdict.
    """

    task: str
    slice: str
    grader: str
    messages: tuple[Message, ...]
    reference: str
    chat_id: str | None = None
    runs: int = 0
    id: str = field(init=False)

    def __post_init__(self) -> None:
        runs = [self.runs] if self.runs else []
        content = [RULE_VERSION, self.task, as_json(self.messages), self.reference, self.grader, *runs]
        object.__setattr__(self, "id", content_id(content))


def grader_for(reference: str, *, is_own: bool = False) -> str:
    """How an answer from a chat is judged: letter by letter when the reference is short.

    A longer one is judged beside the other long answers of its report, by its words and by how likely it is
    (promotion/wording.py).

    A long answer that is the house's `own`, by one of its models, has no grade: whoever says it otherwise lost nothing.
    """
    if len(reference.strip()) <= SHORT:
        return "exact"
    return UNGRADED if is_own else LIKELIHOOD
