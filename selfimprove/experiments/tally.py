"""From conversations to what is counted of each arm."""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from selfimprove.experiments.evidence import Arm
from selfimprove.experiments.experiment import Experiment

SLOW = 1.5  # times the median of all conversations before: a little slower is no harm
FEWEST = 10  # conversations before which none is called slow


def tally(experiment: Experiment, chats: Iterable[Mapping[str, Any]]) -> tuple[Arm, Arm]:
    """Control and challenger, from conversations in the order in which they began.

    A chat has `adapter`, `pace` (seconds a token or None) and `pleased` (None where nobody showed anything).
    """
    counts = {experiment.control: [0, 0, 0, 0], experiment.challenger: [0, 0, 0, 0]}
    for chat, is_slow in _slow(chats):
        count = counts[chat["adapter"]]
        for index, holds in enumerate((True, chat["pleased"] is False, chat["pleased"] is True, is_slow)):
            count[index] += holds
    return Arm(*counts[experiment.control]), Arm(*counts[experiment.challenger])


def _slow(chats: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Each conversation, and whether its first answer was slow beside those before it, whoever gave them."""
    paces: list[float] = []
    for chat in chats:
        pace = chat["pace"]
        yield chat, pace is not None and len(paces) >= FEWEST and pace > SLOW * paces[len(paces) // 2]
        if pace is not None:
            insort(paces, pace)
