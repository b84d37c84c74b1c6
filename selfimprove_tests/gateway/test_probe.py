"""What keeps a voice from taking over, and what does not."""

import math
from dataclasses import replace

import pytest

from selfimprove.gateway.engine import Probe
from selfimprove.gateway.probe import flaw

BASE = Probe((-0.5, -0.2, -0.1), "Paris.", 0.06)
RUNNING = Probe((-0.4, -0.2, -0.1), "Paris!", 0.06)
NEW = Probe((-0.1, -0.1, -0.3), "Paris, of course.", 0.06)
OTHERS = [("the base model", BASE), ("the voice that answers now", RUNNING)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " \n "}, "it says nothing"),
        ({"logprobs": ()}, "it says nothing"),
        ({"logprobs": (-0.1, math.nan, -0.3)}, "not numbers"),
        ({"logprobs": (-0.1, -math.inf, -0.3)}, "not numbers"),
        ({"text": "Paris.", "logprobs": (-0.5, -0.2, -0.1)}, "what the base model says"),
        ({"text": "Paris!", "logprobs": (-0.400001, -0.2, -0.1)}, "what the voice that answers now says"),
        ({"seconds": 0.6}, "10.0 times as long a token"),
    ],
)
def test_flaws(changes: dict[str, object], said: str) -> None:
    assert said in (flaw(replace(NEW, **changes), OTHERS) or "")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": "Paris."},  # the same words with other probabilities
        {"logprobs": (-0.5, -0.2, -0.1), "text": "Rome."},
        {"text": "Paris.", "logprobs": (-0.5, -0.2, -0.1, -0.4)},
        {"seconds": 0.17},
        {"seconds": 0.14, "logprobs": (-0.1, -0.1, -0.3)},
    ],
)
def test_near_misses(changes: dict[str, object]) -> None:
    assert flaw(replace(NEW, **changes), OTHERS) is None


def test_a_blink_is_not_slow() -> None:
    quick = [(name, replace(other, seconds=0.001)) for name, other in OTHERS]
    assert flaw(replace(NEW, seconds=0.14), quick) is None
    assert flaw(replace(NEW, seconds=0.16), quick) is not None


def test_the_first_voice_is_compared_with_the_base() -> None:
    assert flaw(NEW, OTHERS[:1]) is None
    assert flaw(NEW, []) is None
