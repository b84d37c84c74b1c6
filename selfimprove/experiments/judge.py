"""What a look at an experiment comes to."""

from datetime import datetime

from selfimprove.experiments.evidence import Arm, Shadows, of_harm, of_no_harm
from selfimprove.experiments.experiment import Experiment, Look, Outcome


def look(
    experiment: Experiment, control: Arm, challenger: Arm, now: datetime, shadows: Shadows | None = None
) -> Look:
    """The evidence so far and what follows from it; valid whenever and however often it is asked."""
    harm, no_harm = _evidence(experiment, control, challenger, shadows)
    outcome = _outcome(experiment, harm, no_harm, now)
    reason = f"{_words(experiment)[outcome]}: {_counts(control, challenger, shadows)}"
    return Look(control, challenger, shadows, harm, no_harm, outcome, reason)


def by_person(
    experiment: Experiment, control: Arm, challenger: Arm, outcome: Outcome, shadows: Shadows | None = None
) -> Look:
    """The evidence so far, and an end that does not rest on it."""
    harm, no_harm = _evidence(experiment, control, challenger, shadows)
    reason = f"a person ended the experiment: {_counts(control, challenger, shadows)}"
    return Look(control, challenger, shadows, harm, no_harm, outcome, reason)


def _evidence(
    experiment: Experiment, control: Arm, challenger: Arm, shadows: Shadows | None
) -> tuple[float, float]:
    no_harm = of_no_harm(control, challenger, experiment.share, experiment.ratio)
    return float(of_harm(control, challenger, experiment.share, shadows)), float(no_harm)


def _outcome(experiment: Experiment, harm: float, no_harm: float, now: datetime) -> Outcome:
    """A challenger that is to answer nobody yet waits for a person, however long."""
    if harm * experiment.level >= 1:
        return Outcome.DEMOTED
    if no_harm * experiment.level >= 1:
        return Outcome.CONFIRMED
    is_over = now >= experiment.ends_at and experiment.share > 0
    return Outcome.EXPIRED if is_over else Outcome.RUNNING


def _words(experiment: Experiment) -> dict[Outcome, str]:
    return {
        Outcome.DEMOTED: "live chats show that it does harm",
        Outcome.CONFIRMED: f"live chats rule out {experiment.ratio:g} times as many displeased chats",
        Outcome.EXPIRED: "its days are over, and live chats show no harm",
        Outcome.RUNNING: "no answer yet",
    }


def _counts(control: Arm, challenger: Arm, shadows: Shadows | None) -> str:
    unheard = "" if shadows is None else (
        f"; of {shadows.both_answered} questions that both answered unheard, rules object to its answer alone in "
        f"{shadows.worse}, and in {shadows.better} to the other alone"
    )  # fmt: skip
    uncounted = sum(arm.uncounted_displeased + arm.uncounted_pleased for arm in (control, challenger))
    return (
        f"{challenger.displeased} of {challenger.chats} chats displeased with it, {control.displeased} of "
        f"{control.chats} with the voice before; {challenger.slow} and {control.slow} slow{guests(uncounted)}{unheard}"
    )


def guests(uncounted: int) -> str:
    """What to say of the signs that nothing is bet on."""
    return f"; {uncounted} sign{'s' if uncounted > 1 else ''} of guests not counted" if uncounted else ""
