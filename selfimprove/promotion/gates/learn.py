"""Did anything happen at all?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, worst
from selfimprove.promotion.evidence import Evidence

GATE = "did_learn"


def did_learn(evidence: Evidence, margins: Margins) -> Verdict:
    """The weights differ from where training began, and so do the log-probabilities that the serving path gives."""
    measured = evidence.measurements
    return worst(
        _above("the norm of the weight change", measured.delta_norm, 0.0),
        _above("the shift of log-probabilities in nats a token", measured.logprob_shift, margins["logprob_shift"]),
    )


def _above(what: str, value: float | None, floor: float) -> Verdict:
    if value is None:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, f"{what} was not measured", limit=floor)
    outcome = Outcome.PASSED if value > floor else Outcome.FAILED
    return Verdict(GATE, outcome, f"{what} is {value:.3g}, it must be above {floor:g}", value, floor)
