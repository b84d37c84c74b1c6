"""Whose word made an example: corrections and preferences teach whatever the evidence says, so their source counts."""

from collections import Counter
from collections.abc import Collection, Iterable

from selfimprove.critiques.sources import provenance, strangers
from selfimprove.datasets.example import Candidate, Example
from selfimprove.privacy.redacted_chat import RedactedFeedback

KINDS = ("thumbs", "rating", "correction", "preference")  # a comment says nothing of quality


def voices(candidates: Iterable[Candidate]) -> dict[str, str | None]:
    """The sources of feedback, each with the name under which it has a cap, None where it speaks for the owner.

    Each counts once an answer, however often it spoke.
    """
    said = {(c.id, f.position, whose(c, f)) for c in candidates for f in c.feedback if f.kind in KINDS}
    given = Counter(source for *_, source in said)
    return dict.fromkeys(given, None) | strangers(given)


def owners(candidates: Iterable[Candidate]) -> frozenset[str]:
    """The sources that speak for the owner."""
    return frozenset(source for source, voice in voices(candidates).items() if voice is None)


def whose(candidate: Candidate, feedback: RedactedFeedback) -> str:
    """Where feedback came from and on whose chat it is, as scores know it."""
    return provenance(feedback.source, candidate.user_key)


def teacher(candidate: Candidate, found: Example, trusted: Collection[str]) -> str | None:
    """The source by whose word an example is learned, None where no feedback put an answer into it.

    Where one of its answers rests on sources alone that are not trusted, one of those.
    """
    by_answer: dict[int, set[str]] = {}
    for f in candidate.feedback:
        if _put(f, found):
            by_answer.setdefault(f.position, set()).add(whose(candidate, f))
    vouched = [sources.intersection(trusted) for sources in by_answer.values()]
    doubtful = [sources for sources, owned in zip(by_answer.values(), vouched, strict=True) if not owned]
    return min((source for sources in doubtful or vouched for source in sources), default=None)


def _put(feedback: RedactedFeedback, found: Example) -> bool:
    """Whether feedback is why an answer is in an example: its text replaced it, or it was preferred."""
    last = len(found.messages) - 1
    if found.kind == "correction" and feedback.position == last:
        return feedback.kind == "correction" and (feedback.text or "").strip() == found.messages[last].content
    return feedback.kind == "preference" and (feedback.value or 0) >= 0 and feedback.position <= last
