"""Whether a voice that was loaded can take over: it answers, with numbers, in its own words, and soon enough."""

import math
from collections.abc import Sequence
from itertools import zip_longest

from selfimprove.gateway.engine import Probe

SAME = 1e-5  # nats; two slots that differ by less on every token are the same model
SLOWEST = 3.0  # times as long a token as the voice that answers now takes for the same prompts
INSTANT = 0.05  # seconds a token that nobody waits for: below them the clock decides nothing


def flaw(new: Probe, others: Sequence[tuple[str, Probe]]) -> str | None:
    """Why a voice may not take over, None when it may; `others` are those it must differ from, each with its name.

    The last of the others is the one that answers now, by which its pace is judged.
    """
    if not new.text.strip() or not new.logprobs:
        return "it says nothing to the prompts that try it"
    if not all(map(math.isfinite, new.logprobs)):
        return "its log-probabilities are not numbers"
    for name, other in others:
        if _is_same(new, other):
            return f"it says what {name} says, with the same log-probabilities: it was not loaded, or taught nothing"
    pace, usual = _pace(new), _pace(others[-1][1]) if others else math.inf
    if pace > max(SLOWEST * usual, INSTANT):
        return f"it takes {pace / usual:.1f} times as long a token as the voice that answers now"
    return None


def _is_same(one: Probe, other: Probe) -> bool:
    pairs = zip_longest(one.logprobs, other.logprobs, fillvalue=math.inf)
    return one.text == other.text and all(abs(a - b) < SAME for a, b in pairs)


def _pace(probe: Probe) -> float:
    """Seconds a token."""
    return probe.seconds / max(len(probe.logprobs), 1)
