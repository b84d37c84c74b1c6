"""How a night ended, in one word and one sentence."""

from selfimprove.datasets.say import TOO_LITTLE, too_little
from selfimprove.reports.night import Failure, Found, Judged, Lead, Night, Origin, Outcome

QUESTIONS = {
    "is_complete": "Was it tested enough?",
    "did_learn": "Did anything change?",
    "improves_target": "Is it better at your questions?",
    "keeps_core": "Does it still know the basics?",
    "keeps_own": "Does it still know what you taught it?",
    "keeps_history": "Has it kept what earlier models knew?",
    "keeps_refusing": "Does it still refuse what it should?",
    "leaks_nothing": "Does it keep private details private?",
    "stays_fast": "Is it still fast?",
}
TASKS = {
    "fresh": "your newest questions",
    "holdout": "your held-out questions",
    "demonstration": "your questions with long answers",
    "golden": "chats you pinned",
    "core": "general knowledge",
    "refusals": "things to refuse",
}
REASONS = {
    "no_train": "marked as not for training",
    "left_over_secret": "a private detail might have been left in",
    "unreadable": "could not be decrypted",
    "redactor_failed": "private details could not be removed for sure",
    "left_over_name": "a name might have been left in",
    "smuggled_instruction": "it held orders to the model, hidden in a page or a tool’s output",
    "errand": "your chat program asked it for itself, such as a title",
    "too_short": "too short to teach anything",
    "too_long": "too long to be a chat",
    "repetition": "it repeats itself",
    "profanity": "swearing or abuse",
    "broken": "broken or cut off",
    "error_string": "the answer was an error message",
    "refusal": "the answer was a refusal",
    "wrong_language": "answered in another language",
    "exact_duplicate": "the same as another chat",
    "near_duplicate": "nearly the same as another chat",
    "no_answer": "no answer in it",
    "low_score": "nothing shows that the answer was good",
    "masked_answer": "the answer was a private detail that was taken out",
    "thumbs_down": "you marked the answer as bad",
    "not_preferred": "you preferred another answer",
    "not_new": "learned or tested with before",
    "unscored": "nothing says whether the answer was good",
    "bad_answer_before_correction": "a bad answer came before the corrected one",
    "contradicted_later": "you said otherwise later",
    "pinned": "pinned by you: it only tests",
    "excluded": "you said never to learn from it",
    "sealed": "kept apart for ever, as a last test",
    "prompt_in_suite": "a test asks the same",
    "prompt_in_fresh": "one of your newest questions is the same",
    "prompt_in_test": "a question that is kept back is the same",
    "prompt_in_train": "the same question is learned already",
    "not_drawn": "an older lesson whose turn it was not",
    "not_asked": "kept back as a test whose turn it was not",
    "contaminated": "nearly the same as a test",
    "over_share_feedback": "too much of it would be feedback from one source that gave little of all",
    "over_share_tests": "too much of what tests would be guests’ questions",
    "over_share_user": "one person’s chats would be too much of it",
    "over_share_client": "one program’s chats would be too much of it",
    "over_share_day": "one day’s chats would be too much of it",
}


def outcome(night: Night) -> Outcome:
    """What the night came to. What was decided counts; a decision to promote counts once it has made a champion."""
    if night.judged and night.judged.decision:
        if night.judged.decision == "promote":
            return "promoted" if night.judged.promoted else "waiting" if night.judged.waits else "failed"
        return "rejected" if night.judged.decision == "reject" else "not_enough_evidence"
    return "nothing_to_learn" if night.found and _has_nothing(night) else "failed"


def sentence(night: Night) -> str:
    """The decision in one sentence."""
    match outcome(night), night.judged, night.found:
        case "promoted", Judged() as judged, _:
            return f"A new model {_heard(night)}: {_better(judged)}."
        case "waiting", Judged() as judged, _:
            return f"A new model is ready and waits for your yes: {_better(judged)}; until then {_stays(night)}."
        case "rejected", Judged() as judged, _:
            return f"The new model was turned down, and {_stays(night)}: {_why(judged, 'failed')}."
        case "not_enough_evidence", Judged() as judged, _:
            return (
                "There is not enough evidence that the new model is better, "
                f"and {_stays(night)}: {_why(judged, 'not_enough_evidence')}."
            )
        case "nothing_to_learn", _, Found() as found:
            lack = _too_little(found)
            said = f"Too little to learn from yet: {lack}" if lack else found.sentence.rstrip(".")
            return f"{said}; {_stays(night)}."
    return f"The night broke off, and {_stays(night)}: {_broke(night)}."


def gate(name: str) -> str:
    """A gate as a question a person would ask."""
    return QUESTIONS.get(name, _plain(name))


def task(name: str) -> str:
    """A task in a person's words."""
    return TASKS.get(name, _plain(name))


def faded(name: str) -> str:
    """What was lost, in a person's words: a task, and of a suite the slice."""
    head, _, slice_ = name.partition(" ")
    return f"{task(head)}: {_plain(slice_)}" if slice_ else task(head)


def reason(name: str) -> str:
    """Why a chat was left out, in words."""
    return REASONS.get(name, _plain(name))


def origin(one: Lead | Origin) -> str:
    """Where a lesson is from, in words."""
    if one.day is None:
        return "the base model’s own answers, practised again"
    return f"{one.source}, {one.day.day} {one.day:%B %Y}"


def failure(one: Failure) -> str:
    """A failed check or step, with what it said."""
    asset = _plain(one.asset) or "the run"
    return f"“{_plain(one.check_name)}” of {asset}: {one.detail}" if one.check_name else f"{asset}: {one.detail}"


def remarks(night: Night) -> list[Failure]:
    """What failed beside the decision: neither a gate nor a check that found too little to learn."""
    gates = [verdict.gate for verdict in night.judged.verdicts] if night.judged else []
    return [one for one in night.failures if one.check_name not in (*TOO_LITTLE, *gates)]


def own_questions(judged: Judged) -> tuple[int, int, int]:
    """Of people's own questions that were kept out of training: how many were graded, passed before, passed after."""
    own = [score for score in judged.scores if score.task in ("fresh", "holdout")]
    return sum(s.graded for s in own), sum(s.before for s in own), sum(s.after for s in own)


def _has_nothing(night: Night) -> bool:
    """There is no dataset, or one that is too small; soft checks that failed beside it do not count."""
    assert night.found is not None
    return night.found.manifest is None or _too_little(night.found) is not None


def _too_little(found: Found) -> str | None:
    """What a dataset lacks to be trained on; its check raises no alert, since a quiet night is no fault."""
    splits = (found.manifest or {}).get("splits", {})
    count = {name: splits.get(name, {}).get("examples", 0) for name in ("train", "validation", "fresh")}
    return too_little(count["train"], count["validation"] + count["fresh"]) if splits else None


def _better(judged: Judged) -> str:
    graded, before, after = own_questions(judged)
    long = long_answers(judged)
    right = f"it gets {after} of {graded} of your own questions right that it never saw, {_way(before, after)}"
    return "; ".join([*([right] if graded else []), *([long] if long else [])]) or "it passed every test"


def long_answers(judged: Judged) -> str:
    """What became of people's own long answers that were kept out of training; "" where there are none."""
    long = judged.long_answers
    less = f", and is further from {long.less}" if long.less else ""
    closer = f"it comes closer to {long.likelier} of {long.asked} long answers that it never saw{less}"
    before, after = long.before or 0, long.after or 0
    said = f"it says what was wanted in {after} of {long.graded} long answers, {_way(before, after)}"
    return "; ".join([*([said] if before or after else []), closer]) if long.asked else ""


def _way(before: int, after: int) -> str:
    return "as before" if after == before else f"{'up' if after > before else 'down'} from {before}"


def is_unheard(night: Night) -> bool:
    """Whether whom this night promoted is champion still, and answers nobody yet."""
    judged = night.judged
    return bool(judged and judged.promoted and night.unheard and judged.adapter_id == night.champion)


def _heard(night: Night) -> str:
    return f"is promoted, and answers nobody {night.unheard}" if is_unheard(night) else "answers from now on"


def _stays(night: Night) -> str:
    return "the model you have keeps answering" if night.champion else "the base model keeps answering"


def _why(judged: Judged, outcome: str) -> str:
    """The gates that speak against it, as questions."""
    asked = [f"“{gate(verdict.gate)}”" for verdict in judged.verdicts if verdict.outcome == outcome]
    if not asked:
        return judged.reasons[0].rstrip(".") if judged.reasons else "the reason was not kept"
    told = " and ".join([", ".join(asked[:-1]), asked[-1]]) if asked[:-1] else asked[0]
    return f"it did not pass {told}" if outcome == "failed" else f"the tests could not answer {told}"


def _broke(night: Night) -> str:
    if night.failures:
        return failure(night.failures[0]).rstrip(".")
    if night.judged and night.judged.decision == "promote":
        return "every gate passed, but the promotion was not carried out"
    return "nothing says where; its process may have been killed"


def _plain(name: str) -> str:
    return name.replace("_", " ")
