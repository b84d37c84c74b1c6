"""The one judgement: every gate over one report's evidence, and the decision they come to together."""

from collections.abc import Sequence

from selfimprove.promotion.decision import Decision, Gate, Margins, Outcome, word
from selfimprove.promotion.evidence import Evidence
from selfimprove.promotion.gates.complete import is_complete
from selfimprove.promotion.gates.core import keeps_core
from selfimprove.promotion.gates.history import keeps_history
from selfimprove.promotion.gates.leaks import leaks_nothing
from selfimprove.promotion.gates.learn import did_learn
from selfimprove.promotion.gates.own import keeps_own
from selfimprove.promotion.gates.refusals import keeps_refusing
from selfimprove.promotion.gates.speed import stays_fast
from selfimprove.promotion.gates.target import improves_target

GATES: dict[str, Gate] = {
    gate.__name__: gate
    for gate in (
        is_complete, did_learn, improves_target, keeps_core, keeps_own, keeps_history, keeps_refusing, leaks_nothing,
        stays_fast,
    )
}


def decide(evidence: Evidence, margins: Margins, gates: Sequence[Gate] = tuple(GATES.values())) -> Decision:
    """Reject when a gate failed, else not enough evidence when one cannot tell, else promote."""
    verdicts = tuple(gate(evidence, margins) for gate in gates)
    reasons = tuple(f"{one.gate}: {one.detail}" for one in verdicts if one.outcome is not Outcome.PASSED)
    return Decision(word([verdict.outcome for verdict in verdicts]), reasons, verdicts)
