"""Has it drifted, a little every night?"""

from selfimprove.promotion.decision import Margins, Verdict, worst
from selfimprove.promotion.evidence import Evidence, in_score
from selfimprove.promotion.gates.not_worse import not_worse

GATE = "keeps_history"
TASKS = ("core", "golden")


def keeps_history(evidence: Evidence, margins: Margins) -> Verdict:
    """Core and pinned chats not worse in total than the anchor, nor than the champions of 7 and 30 nights ago."""
    tasks, margin = evidence.some(*TASKS), margins["history_drop"]
    others = earlier(evidence).items()
    return worst(*(not_worse(GATE, f"against {told}", in_score(tasks, role), margin) for role, told in others))


def earlier(evidence: Evidence) -> dict[str, str]:
    """Models from before the champion, by role, as they are told."""
    names = {"anchor": "the anchor", **{role: f"the champion of {role} nights ago" for role in evidence.history}}
    return names | {role: "the champion of the night before" for role in evidence.history if role == "1"}
