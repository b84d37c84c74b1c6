"""The judge against scripted servers: what it asks, what it accepts, and what it counts as missing."""

import httpx
import orjson
import pytest

from selfimprove.models import wire
from selfimprove.models.judge import GIVE_UP_AFTER, RUBRIC, Grade, Judge, Missing

CHAT = [
    {"role": "user", "content": "Mail me at [EMAIL_1]: what is 2 + 2?"},
    {"role": "assistant", "content": "Four."},
]
GOOD = '{"score": 4, "reason": "Right, but curt."}'


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
    one, seen = judge(*replies)
    return next(iter(one.grade([CHAT]))), len(seen)


def test_a_verdict_with_its_provenance():
    assert grade(completion(GOOD)) == (Grade(4, "Right, but curt.", "strong", "1"), 1)


def test_what_is_asked():
    one, seen = judge(completion(GOOD))
    list(one.grade([CHAT]))
    body = orjson.loads(seen[0].content)
    assert str(seen[0].url) == "http://judge.test/v1/chat/completions"
    assert seen[0].headers["authorization"] == "Bearer key"
    assert (body["model"], body["temperature"]) == ("strong", 0)
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["score", "reason"]
    assert body["messages"][0] == {"role": "system", "content": RUBRIC}
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
    assert grade(completion(text))[0] == Grade(4, "Right, but curt.", "strong")


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
    assert grade(completion(text), completion(GOOD))[0] == Grade(4, "Right, but curt.", "strong")


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
    replies = [httpx.Response(200, headers=packed, stream=httpx.ByteStream(b"not gzip")) for _ in range(2)]
    assert grade(*replies) == (Missing("unreachable"), 2)


def test_a_server_that_knows_no_schema_is_asked_without():
    one, seen = judge(httpx.Response(400), completion(GOOD))
    assert list(one.grade([CHAT])) == [Grade(4, "Right, but curt.", "strong")]
    assert ["response_format" in orjson.loads(request.content) for request in seen] == [True, False]


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
    assert verdicts == [Missing("unreachable")] * GIVE_UP_AFTER + [Missing("not_asked")] * 3
    assert len(seen) == 2 * GIVE_UP_AFTER


def test_one_verdict_between_failures_keeps_it_in_office():
    down = httpx.ConnectError("no one there")
    one, _ = judge(down, down, down, down, completion(GOOD), down, down, completion(GOOD))
    assert [type(verdict) for verdict in one.grade([CHAT] * 5)] == [Missing, Missing, Grade, Missing, Grade]


@pytest.mark.parametrize(("url", "address"), [
    ("http://h:1", "http://h:1/v1/chat/completions"),
    ("http://h:1/", "http://h:1/v1/chat/completions"),
    ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
    ("https://h/api/v1", "https://h/api/v1/chat/completions"),
    ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
])
def test_every_usual_way_to_write_the_address(url, address):
    assert wire.completions_url(url) == address
