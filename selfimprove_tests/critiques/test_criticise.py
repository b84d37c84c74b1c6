"""From chats and witnesses to critiques, rejections and counts."""

from datetime import date

from selfimprove.chats.chat import Message
from selfimprove.critiques.answer import answers, contests, rivals
from selfimprove.critiques.calibration import of_prior
from selfimprove.critiques.collect import collect
from selfimprove.critiques.convene import convene
from selfimprove.critiques.criticise import Court, criticise
from selfimprove.critiques.critique import Confidence
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.judge import Grade, Missing, Preference
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

DAY = date(2026, 1, 5)
NOBODY = Court(Witnesses("base"))


def chat(*turns, id="a" * 32, feedback=()):
    """A chat from "u: …", "a: …", "s: …" and "t: …"."""
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}
    return RedactedChat(id, DAY, tuple(Message(roles[turn[0]], turn[3:]) for turn in turns), feedback)


def test_answers_know_their_question_reply_and_feedback():
    thumb = RedactedFeedback(3, "thumbs", 1.0, None, "web")
    first, second = answers(chat("s: be kind", "u: one?", "a: 1", "a: or 2", "u: two?", feedback=(thumb,)))
    assert (first.position, first.exchange.question, first.exchange.answer, first.reply) == (2, "one?", "1", "two?")
    assert (second.position, second.feedback, first.feedback) == (3, (thumb,), ())
    assert [first.is_regular, second.is_regular] == [True, False]


def test_a_correction_that_says_what_the_answer_says_is_no_word_on_it():
    same, other = (RedactedFeedback(1, "correction", None, text, "gateway") for text in (" At six.\n", "At seven."))
    (answer,) = answers(chat("u: when?", "a: At six.", feedback=(same, other)))
    assert answer.feedback == (other,)


def test_an_answer_without_a_question_or_reply():
    (only,) = answers(chat("a: hello"))
    assert (only.exchange.question, only.reply, only.is_regular) == ("", None, False)


def test_a_tool_turn_is_irregular():
    assert [a.is_regular for a in answers(chat("u: x", "a: call", "t: 4", "a: 4"))] == [True, False]


def test_a_turn_that_only_calls_a_tool_is_no_answer():
    assert [a.position for a in answers(chat("u: x", "a: ", "t: 4", "a: 4"))] == [3]
    assert [a.position for a in answers(chat("u: x", "a: ", "u: hello?"))] == [1]


def test_all_evidence_meets_in_the_critique():
    asked = chat("u: List 3 fruits", "a: - apple\n- pear", "u: That's wrong.")
    (answer,) = answers(asked)
    sure, grade = Confidence(-0.5, -2.0, 9), Grade(2, "one short", "strong")
    found = criticise([asked], Court(Witnesses("base", {answer.messages: sure}, {answer.messages: grade})))
    known = found.critiques[0].evidence
    assert [finding.rule for finding in known.findings] == ["wrong_number_of_items"]
    assert (known.confidence, known.judge, known.model) == (sure, grade, "base")
    assert known.implicit.kind == "correction"
    assert found.critiques[0].score < 0.3
    assert found.counts == {
        "in": 1, "out": 1, "rejected": {}, "answers": 1, "findings": {"wrong_number_of_items": 1},
        "implicit": {"correction": 1}, "explicit": {}, "measured": 1,
        "judge": {"asked": 1, "missing": {}, "below_floor": {}},
    }


def test_a_missing_verdict_is_counted_and_not_guessed():
    asked = chat("u: 2 + 2?", "a: 4")
    (answer,) = answers(asked)
    silent = criticise([asked], Court(Witnesses("base", {}, {answer.messages: Missing("malformed")})))
    without = criticise([asked], NOBODY)
    assert silent.critiques == without.critiques
    assert silent.counts["judge"] == {"asked": 1, "missing": {"malformed": 1}, "below_floor": {}}
    assert without.counts["judge"] == {"asked": 0, "missing": {}, "below_floor": {}}
    assert without.critiques[0].evidence.model is None


def test_a_chat_without_an_answer_is_rejected_with_its_reason():
    found = criticise([chat("u: anyone?"), chat("u: 1?", "a: 1", id="b" * 32)], NOBODY)
    assert [(r.chat_id, r.reason) for r in found.rejections] == [("a" * 32, "no_answer")]
    assert (found.counts["in"], found.counts["out"], found.counts["rejected"]) == (2, 1, {"no_answer": 1})


def test_no_text_of_the_feedback_is_kept():
    said = RedactedFeedback(1, "correction", None, "a better answer", "web")
    found = criticise([chat("u: 1?", "a: 2", feedback=(said,))], NOBODY)
    assert "better" not in repr(found.critiques[0].evidence)


def preferred(value=None):
    return RedactedFeedback(1, "preference", value, "It is 5.", "web")


def test_the_answer_that_a_preference_was_over_is_judged_by_the_same_rules():
    asked = chat("u: List 3 fruits", "a: - plum\n- pear\n- fig", feedback=(
        RedactedFeedback(1, "preference", None, "- plum\n- pear", "web"),
    ))  # fmt: skip
    (answer,) = answers(asked)
    (other,) = rivals(answer)
    sure = Confidence(-3.0, -4.0, 5)
    verdict = Preference("answer", "m", "2", ("answer", "tie"))
    heard = Witnesses("base", {other.messages: sure}, {}, {(answer.messages, "- plum\n- pear"): verdict})
    (duel,) = collect(answer, heard).duels
    assert (duel.is_preferred, duel.judge, duel.source) == (True, verdict, "web")
    assert [finding.rule for finding in duel.other.findings] == ["wrong_number_of_items"]
    assert (duel.other.confidence, duel.other.explicit, duel.other.implicit) == (sure, (), None)
    counts = criticise([asked], Court(heard)).counts["judge"]
    assert counts == {"asked": 1, "missing": {}, "below_floor": {}}


def test_a_preference_against_the_answer_and_a_correction():
    (against,) = answers(chat("u: 2 + 2?", "a: It is 3.", feedback=(preferred(-1.0),)))
    assert [duel.is_preferred for duel in collect(against, Witnesses("base")).duels] == [False]
    said = RedactedFeedback(1, "correction", None, "It is 4.", "web")
    (corrected,) = answers(chat("u: 2 + 2?", "a: It is 3.", feedback=(said,)))
    assert list(rivals(corrected)) == []
    assert [text for _, text in contests(corrected)] == ["It is 4."]
    assert [(duel.is_preferred, duel.other) for duel in collect(corrected, Witnesses("base")).duels] == [(False, None)]


def test_another_answer_that_is_empty_or_the_same_is_none():
    for text in (None, " ", "It is 3. "):
        said = RedactedFeedback(1, "preference", None, text, "web")
        (answer,) = answers(chat("u: 2 + 2?", "a: It is 3.", feedback=(said,)))
        assert list(contests(answer)) == []


def test_the_court_calibrates_on_these_answers_and_on_those_of_other_days():
    up, down = (RedactedFeedback(1, "thumbs", value, None, "web") for value in (1.0, -1.0))
    good = [chat(f"u: bread {n}?", "a: bread", id=f"{n:032x}", feedback=(up,)) for n in range(20)]
    bad = [chat(f"u: bread {n}?", "a: trains", id=f"{n + 50:032x}", feedback=(down,)) for n in range(20)]
    said = [answer for one in (*good, *bad) for answer in answers(one)]
    whole = convene(said, Witnesses("base"), [])
    assert whole.calibration.is_fitted
    assert whole.calibration.weights["relevance"] > 0.5
    older = [Known(answer.chat_id, answer.position, whole.evidence[answer]) for answer in said[20:]]
    assert convene(said[:20], Witnesses("base"), older).calibration.id == whole.calibration.id
    assert convene(said[:20], Witnesses("base"), []).calibration.id == of_prior().id


def test_an_answer_that_came_after_the_witnesses_were_heard_is_still_scored():
    found = criticise([chat("u: List 3 fruits", "a: - plum\n- pear")], convene([], Witnesses("base"), []))
    assert [one.evidence.findings[0].rule for one in found.critiques] == ["wrong_number_of_items"]
