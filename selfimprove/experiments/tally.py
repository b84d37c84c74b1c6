"""From conversations to what is counted of each arm."""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from selfimprove.experiments.evidence import Arm
from selfimprove.experiments.experiment import Experiment
from selfimprove.experiments.heard import heard

SLOW = 1.5  # times the median of all conversations before: a little slower is no harm
FEWEST = 10  # conversations before which none is called slow


def tally(experiment: Experiment, chats: Iterable[Mapping[str, Any]]) -> tuple[Arm, Arm]:
    """Control and challenger, from conversations in the order in which they began.

    A chat has `adapter`, `pace` (seconds a token or None) and `pleased` (None where nobody showed anything), and where
    somebody did, by whose token (`shown_by`, None for the owner) and when (`shown_at`).
    """
    chats = list(chats)
    known = heard(chats, owner_talks=experiment.owner_talks)
    counts = {experiment.control: [0] * 6, experiment.challenger: [0] * 6}
    for number, (chat, is_slow) in enumerate(_slow(chats)):
        count, pleased, counts_for = counts[chat["adapter"]], chat["pleased"], number in known
        signs = (counts_for and pleased is False, counts_for and pleased is True)
        uncounted = (not counts_for and pleased is False, not counts_for and pleased is True)
        for index, holds in enumerate((True, *signs, is_slow, *uncounted)):
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
