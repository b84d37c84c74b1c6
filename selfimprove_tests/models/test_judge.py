"""The judge against scripted servers: what it asks, what it accepts, and what it counts as missing."""

import httpx
import orjson
import pytest

from selfimprove.models import wire
from selfimprove.models.judge import GIVE_UP_AFTER, Grade, Judge, Missing, Preference
from selfimprove.models.rubric import COMPARING, GRADING

CHAT = [
    {"role": "user", "content": "Mail me at [EMAIL_1]: what is 2 + 2?"},
    {"role": "assistant", "content": "Four."},
]
GOOD = '{"score": 4, "reason": "Right, but curt."}'
FAIR = Grade(4.0, "Right, but curt.", "strong", "2", (4, 4))


def completion(text):
    return httpx.Response(200, json={"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})


def judge(*replies):
    """A judge whose server gives these replies in turn, and the requests it got."""
    left, seen = list(replies), []

    def reply(request):
        seen.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Judge("http://judge.test", "strong", "key", httpx.MockTransport(reply)), seen


def grade(*replies):
    """The verdict when both grades come by these replies each, and how many requests that took."""
    one, seen = judge(*replies, *replies)
    return next(iter(one.grade([CHAT]))), len(seen) // 2


def test_a_verdict_with_its_provenance():
    assert grade(completion(GOOD)) == (FAIR, 1)


def test_grades_are_repeated_and_their_mean_counts():
    one, seen = judge(completion(GOOD), completion('{"score": 1, "reason": "No."}'))
    assert list(one.grade([CHAT])) == [Grade(2.5, "No.", "strong", "2", (4, 1))]
    first, second = (orjson.loads(request.content) for request in seen)
    assert (first["temperature"], "seed" in first) == (0, False)
    assert (second["temperature"], second["seed"]) == (wire.TEMPERATURE, 1)


def test_one_grade_of_two_is_a_verdict():
    one, _ = judge(completion("?"), completion("?"), completion(GOOD))
    assert list(one.grade([CHAT])) == [Grade(4.0, "Right, but curt.", "strong", "2", (4,))]


def test_what_is_asked():
    one, seen = judge(completion(GOOD), completion(GOOD))
    list(one.grade([CHAT]))
    body = orjson.loads(seen[0].content)
    assert str(seen[0].url) == "http://judge.test/v1/chat/completions"
    assert seen[0].headers["authorization"] == "Bearer key"
    assert (body["model"], body["temperature"]) == ("strong", 0)
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["score", "reason"]
    assert body["messages"][0] == {"role": "system", "content": GRADING}
    assert orjson.loads(body["messages"][1]["content"]) == CHAT


def test_without_a_key_no_header_is_sent():
    seen = []
    one = Judge("http://judge.test", "m", "", httpx.MockTransport(lambda r: seen.append(r) or completion(GOOD)))
    list(one.grade([CHAT]))
    assert "authorization" not in seen[0].headers


def test_the_key_is_not_in_its_text():
    assert "key-of-this-test" not in repr(Judge("http://judge.test", "m", "key-of-this-test"))


@pytest.mark.parametrize("text", [GOOD, f"```json\n{GOOD}\n```", f"  {GOOD}\n"])
def test_a_fence_around_the_verdict_is_no_fault(text):
    assert grade(completion(text))[0] == FAIR


@pytest.mark.parametrize("text", [
    "",
    "I give it a 4.",
    "4",
    f"Sure: {GOOD}",
    '{"score": 6, "reason": "great"}',
    '{"score": 0, "reason": "bad"}',
    '{"score": 4.5, "reason": "good"}',
    '{"score": "4", "reason": "good"}',
    '{"score": true, "reason": "good"}',
    '{"score": 4}',
    '{"score": 4, "reason": null}',
    '{"score": 4, "reason": "good", "extra": 1}',
])
def test_malformed_twice_is_missing_and_once_is_not(text):
    assert grade(completion(text), completion(text)) == (Missing("malformed"), 2)
    assert grade(completion(text), completion(GOOD))[0] == FAIR


def test_nothing_is_asked_twice_in_the_same_way():
    one, seen = judge(*[completion("?")] * 4)
    assert list(one.grade([CHAT])) == [Missing("malformed")]
    asked = [orjson.loads(request.content) for request in seen]
    assert len({(request["temperature"], request.get("seed")) for request in asked}) == 4


@pytest.mark.parametrize("body", [
    b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}', b"\xff",
])
def test_a_reply_that_is_no_completion_is_malformed(body):
    assert grade(*[httpx.Response(200, content=body)] * 2) == (Missing("malformed"), 2)


def test_a_nul_in_the_reason_is_replaced_since_it_cannot_be_stored():
    verdict, _ = grade(completion('{"score": 2, "reason": "a\\u0000b"}'))
    assert verdict.reason == "a\ufffdb"


def test_a_reply_that_cannot_be_unpacked_counts_as_unreachable():
    packed = {"content-encoding": "gzip"}
    replies = [httpx.Response(200, headers=packed, stream=httpx.ByteStream(b"not gzip")) for _ in range(4)]
    one, seen = judge(*replies)
    assert (list(one.grade([CHAT])), len(seen)) == ([Missing("unreachable")], 4)


def test_a_server_that_knows_no_schema_is_asked_without():
    one, seen = judge(*[httpx.Response(400), completion(GOOD)] * 2)
    assert list(one.grade([CHAT])) == [FAIR]
    assert ["response_format" in orjson.loads(request.content) for request in seen] == [True, False] * 2


@pytest.mark.parametrize(("reply", "reason"), [
    (httpx.ReadTimeout("slow"), "timed_out"),
    (httpx.ConnectError("no one there"), "unreachable"),
    (httpx.Response(503), "unreachable"),
    (httpx.Response(401), "refused"),
])
def test_failures_have_their_reason(reply, reason):
    assert grade(reply, reply) == (Missing(reason), 2)


def test_a_judge_that_is_down_is_not_asked_for_ever():
    one, seen = judge(*[httpx.ConnectError("no one there")] * 100)
    verdicts = list(one.grade([CHAT] * 6))
    assert verdicts == [Missing("unreachable")] * 2 + [Missing("not_asked")] * 4
    assert len(seen) == 2 * GIVE_UP_AFTER


def test_one_verdict_between_failures_keeps_it_in_office():
    down = httpx.ConnectError("no one there")
    failed, good = [down, down], [completion(GOOD)]
    one, _ = judge(*failed, *failed, *good, *failed, *failed, *failed, *good, *good)
    assert [type(verdict) for verdict in one.grade([CHAT] * 4)] == [Missing, Grade, Missing, Missing]


BETTER = {name: completion(f'{{"better": "{name}", "reason": "It is so."}}') for name in ("A", "B", "tie")}


def prefer(*verdicts):
    """What the judge prefers after these verdicts, two orders a round, and the requests it got."""
    one, seen = judge(*[BETTER[verdict] for verdict in verdicts])
    return next(iter(one.prefer([(CHAT, "It is 4.")]))), [orjson.loads(request.content) for request in seen]


def test_both_answers_are_shown_in_both_orders():
    _, seen = prefer("A", "B", "A", "B")
    shown = [orjson.loads(body["messages"][1]["content"]) for body in seen]
    assert [(one["A"], one["B"]) for one in shown] == [("Four.", "It is 4."), ("It is 4.", "Four.")] * 2
    assert all(one["conversation"] == CHAT[:-1] for one in shown)
    assert seen[0]["messages"][0]["content"] == COMPARING
    assert seen[0]["response_format"]["json_schema"]["schema"]["properties"]["better"]["enum"] == ["A", "B", "tie"]
    assert [body.get("seed") for body in seen] == [None, None, 1, 1]


@pytest.mark.parametrize(("verdicts", "prefers", "rounds"), [
    (("A", "B", "A", "B"), "answer", ("answer", "answer")),
    (("B", "A", "B", "A"), "other", ("other", "other")),
    (("A", "A", "A", "A"), "tie", ("tie", "tie")),
    (("B", "B", "A", "B"), "answer", ("tie", "answer")),
    (("A", "B", "B", "A"), "tie", ("answer", "other")),
    (("tie", "tie", "A", "tie"), "tie", ("tie", "tie")),
])
def test_a_preference_that_the_order_decides_is_a_tie(verdicts, prefers, rounds):
    assert prefer(*verdicts)[0] == Preference(prefers, "strong", "2", rounds)


def test_a_round_with_a_missing_verdict_does_not_count():
    bad = completion('{"better": "C", "reason": "x"}')
    one, _ = judge(bad, bad, BETTER["A"], BETTER["A"], BETTER["B"])
    assert list(one.prefer([(CHAT, "4")])) == [Preference("answer", "strong", "2", ("answer",))]
    silent, seen = judge(*[bad] * 8)
    assert list(silent.prefer([(CHAT, "4")])) == [Missing("malformed")]
    assert len(seen) == 8


@pytest.mark.parametrize("text", [
    '{"better": "A"}', '{"better": "a", "reason": "x"}', '{"better": "A", "reason": 1}', '["A"]',
    '{"better": "A", "reason": "x", "score": 5}',
])
def test_a_comparison_in_another_form_is_missing(text):
    one, _ = judge(*[completion(text)] * 8)
    assert list(one.prefer([(CHAT, "4")])) == [Missing("malformed")]


@pytest.mark.parametrize(("url", "address"), [
    ("http://h:1", "http://h:1/v1/chat/completions"),
    ("http://h:1/", "http://h:1/v1/chat/completions"),
    ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
    ("https://h/api/v1", "https://h/api/v1/chat/completions"),
    ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
])
def test_every_usual_way_to_write_the_address(url, address):
    assert wire.completions_url(url) == address
