"""From chats and witnesses to critiques, rejections and counts."""

from datetime import date

from selfimprove.chats.chat import Message
from selfimprove.critiques.answer import answers
from selfimprove.critiques.criticise import criticise
from selfimprove.critiques.critique import Confidence
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.judge import Grade, Missing
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

DAY = date(2026, 1, 5)


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
    found = criticise([asked], Witnesses("base", {answer.messages: sure}, {answer.messages: grade}))
    known = found.critiques[0].evidence
    assert [finding.rule for finding in known.findings] == ["wrong_number_of_items"]
    assert (known.confidence, known.judge, known.model) == (sure, grade, "base")
    assert known.implicit.kind == "correction"
    assert found.critiques[0].score < 0.3
    assert found.counts == {
        "in": 1, "out": 1, "rejected": {}, "answers": 1, "findings": {"wrong_number_of_items": 1},
        "implicit": {"correction": 1}, "explicit": {}, "measured": 1, "judge": {"asked": 1, "missing": {}},
    }


def test_a_missing_verdict_is_counted_and_not_guessed():
    asked = chat("u: 2 + 2?", "a: 4")
    (answer,) = answers(asked)
    silent = criticise([asked], Witnesses("base", {}, {answer.messages: Missing("malformed")}))
    without = criticise([asked], Witnesses("base"))
    assert silent.critiques == without.critiques
    assert silent.counts["judge"] == {"asked": 1, "missing": {"malformed": 1}}
    assert without.counts["judge"] == {"asked": 0, "missing": {}}
    assert without.critiques[0].evidence.model is None


def test_a_chat_without_an_answer_is_rejected_with_its_reason():
    found = criticise([chat("u: anyone?"), chat("u: 1?", "a: 1", id="b" * 32)], Witnesses("base"))
    assert [(r.chat_id, r.reason) for r in found.rejections] == [("a" * 32, "no_answer")]
    assert (found.counts["in"], found.counts["out"], found.counts["rejected"]) == (2, 1, {"no_answer": 1})


def test_no_text_of_the_feedback_is_kept():
    said = RedactedFeedback(1, "correction", None, "a better answer", "web")
    found = criticise([chat("u: 1?", "a: 2", feedback=(said,))], Witnesses("base"))
    assert "better" not in repr(found.critiques[0].evidence)
