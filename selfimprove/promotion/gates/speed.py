"""Does it answer as fast, in as much memory?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, worst
from selfimprove.promotion.evidence import Evidence

GATE = "stays_fast"


def stays_fast(evidence: Evidence, margins: Margins) -> Verdict:
    """Latency and peak memory through the serving path, as multiples of the champion's, within their margins."""
    measured = evidence.measurements
    return worst(
        _at_most("latency", measured.latency_ratio, margins["latency_ratio"]),
        _at_most("memory", measured.memory_ratio, margins["memory_ratio"]),
    )


def _at_most(what: str, ratio: float | None, limit: float) -> Verdict:
    if ratio is None:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, f"{what} was not measured", limit=limit)
    outcome = Outcome.PASSED if ratio <= limit else Outcome.FAILED
    return Verdict(GATE, outcome, f"{what} is {ratio:.2f} times the champion's, allowed are {limit:g}", ratio, limit)
