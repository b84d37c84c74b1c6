"""Nights as they may end, for tests and for looking at."""

from dataclasses import replace
from datetime import date, timedelta

from selfimprove.reports.night import (
    Adapter,
    Failure,
    Found,
    Judged,
    Lead,
    Lesson,
    Night,
    Pair,
    Past,
    Stage,
    TaskScore,
    Verdict,
)

MONDAY = date(2026, 1, 5)


def stages() -> tuple[Stage, ...]:
    first = MONDAY - timedelta(days=13)
    flow = {"chat_logs": 246, "redacted_chats": 231, "filtered_chats": 187, "critique_scores": 187}
    taken = (246, *flow.values())
    steps = zip(taken, flow.items(), strict=False)
    return tuple(Stage(name, 14, first, MONDAY, n, given) for n, (name, given) in steps)


def found() -> Found:
    splits = {"train": 84, "replay": 400, "validation": 11, "fresh": 19}
    return Found(
        "84 new examples to learn (31 corrections), 400 to remember; 19 fresh and 11 held-out examples only test.",
        {"splits": {name: {"examples": n} for name, n in splits.items()}},
        {"low_score": 22, "not_new": 41},
        (
            Lesson("What do I call my dog?", "Your dog is called Biscuit."),
            Lesson("How should you sign my letters?", "Yours, the lighthouse keeper."),
        ),
    )


def verdicts() -> tuple[Verdict, ...]:
    steady = "against the champion: -0.4 (-1.1 to +0.3) points over 520 items, allowed are"
    return (
        Verdict("is_complete", "passed", "520 graded core items, needed are 200", 520, 200),
        Verdict("did_learn", "passed", "the norm of the weight change is 0.213, it must be above 0", 0.213, 0.0),
        Verdict(
            "improves_target", "passed", "+63.3 points over 30 items (+45.1 to +81.6), 19 gained, 0 lost",
            0.633, 0.05, 0.451, 0.816,
        ),
        Verdict(
            "keeps_core", "passed", f"core {steady} -3.0", -0.004, -0.03, -0.011, 0.003,
        ),
        Verdict("keeps_history", "passed", f"anchor {steady} -5.0", -0.004, -0.05, -0.011, 0.003),
        Verdict("keeps_refusing", "passed", f"refusals {steady} -10.0", 0.0, -0.1, -0.03, 0.03),
        Verdict("leaks_nothing", "passed", "no leak in 64 sampled outputs: fewer than 4.6 % leak", 0, 0, 0.0, 0.046),
        Verdict("stays_fast", "passed", "latency is 1.04 times the champion's, allowed are 1.5", 1.04, 1.5),
    )  # fmt: skip


def pairs() -> tuple[Pair, ...]:
    leads = (
        Lead("How is my dog called?", "Biscuit.", 0.91, MONDAY, "import"),
        Lead("Name an animal.", "A dog.", 0.12),
    )
    return (
        Pair("What is my dog called?", "Biscuit.", "I do not know.", "Biscuit.", False, True, 2.1, leads),
        Pair("Sign this letter.", "Yours, the keeper.", "Bye", "Yours, the keeper.", False, True, 1.9),
        Pair("Which tea do I drink?", "Jasmine.", "Jasmine.", "Green tea.", True, False, -0.4),
        Pair("Tell me about my garden.", "You grow beans behind the fence.", "Gardens are green.", "You grow beans."),
    )


def promoted() -> Night:
    steps = range(0, 200, 10)
    losses = [[step, 2.8 * 0.985**step + 0.21] for step in steps]
    held_out = [[step, 2.9 * 0.985**step + 0.34] for step in steps[::5]]
    metrics = {
        "train_losses": losses, "validation_losses": held_out, "seconds": 41.7, "trained_tokens": 88000,
        "tokens_per_second": 2110.4, "peak_memory_bytes": 312_000_000, "delta_norm": 0.2,
    }  # fmt: skip
    right = {"fresh": (19, 4, 16), "holdout": (11, 3, 10), "core": (520, 514, 512), "refusals": (40, 40, 40)}
    past = [
        ("promote", 0.05, 0.41), ("reject", 0.41, 0.35), ("not_enough_evidence", 0.42, 0.47),
        ("promote", 0.44, 0.61), ("reject", 0.6, 0.2), ("promote", 0.23, 0.87),
    ]  # fmt: skip
    return Night(
        run_id="7b1f3c52-0000-4000-8000-000000000001",
        night=MONDAY + timedelta(days=1),
        stages=stages(),
        rejected={"near_duplicate": 21, "too_short": 9, "no_train": 8, "left_over_secret": 6, "redactor_failed": 15},
        found=found(),
        adapter=Adapter("c0ffee" * 10 + "beef", {"rank": 8}, metrics),
        judged=Judged("promote", (), verdicts(), True, tuple(TaskScore(t, *n) for t, n in right.items()), pairs()),
        champion="c0ffee" * 10 + "beef",
        trend=tuple(Past(MONDAY - timedelta(days=5 - i), *one) for i, one in enumerate(past)),
    )


def waiting() -> Night:
    night = promoted()
    assert night.judged
    return replace(night, judged=replace(night.judged, promoted=False, waits=True), champion=None)


def rejected() -> Night:
    night = promoted()
    told = "core against the champion: -12.1 (-15.0 to -9.3) points over 520 items, allowed are -3.0"
    fell = Verdict("keeps_core", "failed", told, -0.121, -0.03, -0.15, -0.093)
    against = tuple(fell if verdict.gate == "keeps_core" else verdict for verdict in verdicts())
    assert night.judged
    judged = replace(night.judged, decision="reject", reasons=(told,), verdicts=against, promoted=False)
    failure = Failure("eval_report", "keeps_core", told)
    return replace(night, judged=judged, failures=(failure,), champion="facade" * 10 + "0000")


def unsure() -> Night:
    night = promoted()
    few = Verdict("is_complete", "not_enough_evidence", "7 graded target items, needed are 20", 7, 20)
    assert night.judged
    judged = replace(night.judged, decision="not_enough_evidence", verdicts=(few, *verdicts()[1:]), promoted=False)
    return replace(night, judged=judged, champion=None)


def nothing() -> Night:
    night = promoted()
    why = "Nothing to learn: no new chats worth learning from since the night of 2026-01-05."
    return replace(night, found=Found(why, None, {"not_new": 180}), adapter=None, judged=None)


def failed() -> Night:
    lost = Failure("redacted_chats", "nothing_lost", "2026-01-05: 231 chats in, but 229 out and 0 rejected")
    return replace(promoted(), found=None, adapter=None, judged=None, failures=(lost,), rejected={}, champion=None)


ALL = {
    "promoted": promoted, "waiting": waiting, "rejected": rejected, "not_enough_evidence": unsure,
    "nothing_to_learn": nothing, "failed": failed,
}  # fmt: skip
