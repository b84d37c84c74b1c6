"""Hearing the models and the judge: each distinct answer once, and those that a preference was over."""

from datetime import date

import httpx
import orjson

from selfimprove.chats.chat import Message
from selfimprove.critiques.answer import answers, rivals
from selfimprove.critiques.witnesses import hear
from selfimprove.models.base import TINY, Base
from selfimprove.models.judge import Judge
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

BASE = Base("base", "tiny", TINY, TINY)
QUESTION, GIVEN = Message("user", "What is two plus two?"), Message("assistant", "It is five.")
FEEDBACK = (
    RedactedFeedback(1, "preference", -1.0, "It is four.", "web"),
    RedactedFeedback(1, "correction", None, "Four.", "web"),
)


def said(*feedback):
    return list(answers(RedactedChat("a" * 32, date(2026, 1, 5), (QUESTION, GIVEN), feedback)))


def server(seen):
    """A judge who prefers B and gives a 2, and what it was asked."""

    def reply(request):
        body = orjson.loads(request.content)
        seen.append(body["response_format"]["json_schema"]["name"])
        verdict = {"better": "B"} if seen[-1] == "comparison" else {"score": 2}
        text = orjson.dumps({**verdict, "reason": "so"}).decode()
        return httpx.Response(200, json={"choices": [{"message": {"content": text}}]})

    return Judge("http://judge.test", "m", "", httpx.MockTransport(reply))


def test_models_are_asked_of_answers_and_of_rivals_and_the_judge_of_pairs():
    seen: list[str] = []
    (answer,) = said(*FEEDBACK)
    heard = hear([answer, answer], BASE, None, server(seen))
    (rival,) = rivals(answer)
    assert set(heard.confidences) == {answer.messages, rival.messages}
    assert all(one.tokens > 0 and one.base_logprob is None for one in heard.confidences.values())
    assert heard.model == "base"
    assert seen == ["grade"] * 2 + ["comparison"] * 8
    assert heard.grades[answer.messages].grades == (2, 2)
    assert {text: one.prefers for (_, text), one in heard.preferences.items()} == {"It is four.": "tie", "Four.": "tie"}


def test_nobody_judges_unasked():
    heard = hear([], BASE, None, None)
    assert (heard.grades, heard.preferences, heard.confidences) == ({}, {}, {})
