"""The nouns of the room: an experiment, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from selfimprove.experiments.evidence import Arm, Shadows

BASE = "base"  # who answers without an adapter
LEVEL = 0.05  # chance of ever demoting a challenger as good, or of ever confirming one that is RATIO times worse
RATIO = 2.0  # times as many displeased chats: what is to be ruled out before the challenger is the only voice
DAYS = 14  # without an answer the challenger stays: its promotion rests on evidence of its own


class Outcome(StrEnum):
    """Where an experiment stands: running -> confirmed | demoted | expired | replaced | stopped, for good.

    The challenger answers alone after confirmed, expired and stopped; after demoted it does not answer; replaced means
    that another promotion, rollback or veto came first.
    """

    RUNNING = "running"
    CONFIRMED = "confirmed"
    DEMOTED = "demoted"
    EXPIRED = "expired"
    REPLACED = "replaced"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Experiment:
    """A challenger, promoted by the row `promotion_id`, and the voice before it as its control ("base" or an adapter).

    While it runs the challenger is champion in the promotions, and answers `share` of the chats that begin; both answer
    `shadow` of them once more, unheard. `owner_talks`: the owner showed a few signs in the weeks before.
    """

    id: str
    promotion_id: int
    challenger: str
    control: str
    share: float
    level: float
    ratio: float
    started_at: datetime
    ends_at: datetime
    outcome: Outcome = Outcome.RUNNING
    shadow: float = 0.0
    owner_talks: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found; evidence is wealth that began as 1 and counts from 1/level on."""

    control: Arm
    challenger: Arm
    shadows: Shadows | None
    harm: float
    no_harm: float
    outcome: Outcome
    reason: str
