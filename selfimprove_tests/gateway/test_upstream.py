"""Other servers answer: what they say is passed on as it came, whatever becomes of them is told and kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest

from selfimprove.gateway import upstream
from selfimprove.gateway.ask import Ask
from selfimprove.gateway.ollama import is_native, request
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.replies import NOT_KEPT, with_note
from selfimprove.gateway.wire import MOST_MESSAGES
from selfimprove.settings import read
from selfimprove_tests.gateway.served import Served, serving, until
from selfimprove_tests.gateway.wires import (
    LLAMA_ERROR,
    LLAMA_ID,
    LLAMA_STREAM,
    LLAMA_WHOLE,
    OLLAMA_CALL,
    OLLAMA_STREAM,
    Wire,
    llama_chunk,
    ollama_line,
    speaking,
)  # fmt: skip

SAID = [{"role": "user", "content": "hello"}]
EVENTS, LINES = "text/event-stream", "application/x-ndjson"


@pytest.fixture(scope="module")
def wire() -> Iterator[tuple[Wire, str]]:
    wire = Wire()
    with speaking(wire) as url:
        yield wire, url


@pytest.fixture(scope="module")
def llama(wire: tuple[Wire, str]) -> Iterator[SimpleNamespace]:
    """A gateway before a server that speaks as llama.cpp's does."""
    with TemporaryDirectory() as home:
        served = Served(Path(home), UPSTREAM_URL=f"{wire[1]}/v1", UPSTREAM_KEY="k")
        with serving(served.app) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client:
            yield SimpleNamespace(wire=wire[0], client=client, notebook=served.notebook, url=url, http=client._client)


@pytest.fixture(scope="module")
def ollama(wire: tuple[Wire, str]) -> Iterator[SimpleNamespace]:
    """A gateway before a server that speaks as Ollama does by itself."""
    with TemporaryDirectory() as home:
        served = Served(Path(home), UPSTREAM_URL=f"ollama+{wire[1]}")
        with serving(served.app) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client:
            yield SimpleNamespace(wire=wire[0], client=client, notebook=served.notebook, url=url, http=client._client)


def test_a_request_goes_on_as_it_came_and_so_does_the_answer(llama: SimpleNamespace) -> None:
    llama.wire.says(LLAMA_WHOLE)
    body = b'{"messages":  [{"role":"user","content":"hello"}], "model": "mine", "mirostat": 2, "temperature": 9}'
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", content=body)
    path, headers, asked = llama.wire.asked[-1]
    assert (path, asked, headers["Authorization"]) == ("/v1/chat/completions", body, "Bearer k")
    assert answer.content == json.dumps(LLAMA_WHOLE).encode()
    kept = llama.notebook.kept[-1]
    assert (kept.id, kept.answer, kept.ending, kept.model) == (LLAMA_ID, "Hello there", "stop", "mine")
    assert (kept.prompt_tokens, kept.completion_tokens) == (11, 3)
    assert answer.headers["x-selfimprove-completion"] == LLAMA_ID
    assert answer.headers["x-selfimprove-chat"] == kept.thread.chat_id
    assert answer.headers["x-selfimprove-adapter"] == kept.slot == "upstream"


def test_our_own_name_is_translated(llama: SimpleNamespace) -> None:
    llama.wire.says(LLAMA_WHOLE)
    llama.client.chat.completions.create(model="selfimprove", messages=SAID)
    assert json.loads(llama.wire.asked[-1][2])["model"] == "qwen3-4b", "the first that it lists"
    assert [model.id for model in llama.client.models.list()] == ["selfimprove", "qwen3-4b"]


def test_a_stream_is_passed_on_as_it_comes_and_read_on_the_side(llama: SimpleNamespace) -> None:
    new = "chatcmpl-" + "s" * 32
    said = [chunk.replace(LLAMA_ID.encode(), new.encode()) for chunk in LLAMA_STREAM]
    llama.wire.says(*said, stream=EVENTS)
    body = {"model": "m", "stream": True, "messages": SAID}
    with llama.http.stream("POST", f"{llama.url}/v1/chat/completions", json=body) as answer:
        assert answer.headers["x-selfimprove-completion"] == new
        assert answer.read() == b"".join(said)
    kept = llama.notebook.kept[-1]
    assert (kept.answer, kept.ending, kept.completion_tokens) == ("Hello", "length", 2)
    chunks = list(llama.client.chat.completions.create(model="m", messages=SAID, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello"


def test_a_stream_that_tcp_cuts_anywhere_is_understood(llama: SimpleNamespace) -> None:
    id = "chatcmpl-" + "t" * 32
    whole = b": ready\n\n" + b"".join(LLAMA_STREAM).replace(LLAMA_ID.encode(), id.encode())
    llama.wire.says(*(whole[at : at + 97] for at in range(0, len(whole), 97)), stream=EVENTS)
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", json={"model": "m", "stream": True, "messages": SAID})
    assert answer.content == whole
    assert llama.notebook.kept[-1].answer == "Hello"
    assert answer.headers["x-selfimprove-completion"] == llama.notebook.kept[-1].id == id


def test_headers_wait_for_one_event_and_not_for_long(llama: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = llama_chunk({"content": "Hel"}).replace(LLAMA_ID.encode(), b"chatcmpl-" + b"w" * 32)
    llama.wire.says(first, stream=EVENTS, waits=3)
    body = {"model": "m", "stream": True, "messages": SAID}
    with llama.http.stream("POST", f"{llama.url}/v1/chat/completions", json=body, timeout=2) as answer:
        assert next(answer.iter_bytes()) == first
    until(lambda: llama.notebook.kept[-1].ending == "cancelled")
    monkeypatch.setattr(upstream, "HELD_SECONDS", 0.0)
    late = [chunk.replace(LLAMA_ID.encode(), b"chatcmpl-" + b"l" * 32) for chunk in LLAMA_STREAM]
    llama.wire.says(b": keep-alive\n\n", b": keep-alive\n\n", *late, stream=EVENTS)
    with llama.http.stream("POST", f"{llama.url}/v1/chat/completions", json=body) as answer:
        told = answer.headers["x-selfimprove-completion"]
        assert answer.read().endswith(late[-1])
    assert told == llama.notebook.kept[-1].id != "chatcmpl-" + "l" * 32


@pytest.mark.parametrize("size", [13, 97, 5000])
@pytest.mark.parametrize("says_done", [True, False])
def test_a_stream_tells_that_it_is_not_kept(llama: SimpleNamespace, size: int, says_done: bool) -> None:
    whole = b"".join(LLAMA_STREAM if says_done else LLAMA_STREAM[:-1])
    llama.wire.says(*(whole[at : at + size] for at in range(0, len(whole), size)), stream=EVENTS)
    llama.notebook.has_room = False
    try:
        body = {"model": "m", "stream": True, "messages": SAID}
        answer = llama.http.post(f"{llama.url}/v1/chat/completions", json=body)
        chunks = list(llama.client.chat.completions.create(model="m", messages=SAID, stream=True))
    finally:
        llama.notebook.has_room = True
    assert answer.text.splitlines().count(": this exchange is not kept") == 1
    lines = [line for line in answer.text.splitlines() if line.startswith("data:")]
    assert lines == [line for line in whole.decode().splitlines() if line]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello"


@pytest.mark.parametrize(("chunk", "begins_line", "noted"), [
    (b"data: [DONE]\n\n", True, NOT_KEPT + b"data: [DONE]\n\n"),
    (b"x\n\ndata: [DONE]\n\n", False, b"x\n\n" + NOT_KEPT + b"data: [DONE]\n\n"),
    (b"data: [DONE]\n", False, b"data: [DONE]\n" + NOT_KEPT),  # the rest of a line
    (b"ONE]\n\n", False, b"ONE]\n\n" + NOT_KEPT),
])  # fmt: skip
def test_the_note_is_a_line_of_its_own(chunk: bytes, begins_line: bool, noted: bytes) -> None:
    assert with_note(chunk, begins_line=begins_line) == noted


def test_ids_that_would_meet_again_are_not_taken_for_ours(llama: SimpleNamespace) -> None:
    llama.wire.says({**LLAMA_WHOLE, "id": "chatcmpl-417"})
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", json={"model": "m", "messages": SAID})
    assert answer.json()["id"] == "chatcmpl-417"
    assert answer.headers["x-selfimprove-completion"] == llama.notebook.kept[-1].id != "chatcmpl-417"
    llama.wire.says({**LLAMA_WHOLE, "id": "chatcmpl-" + "a" * 32})
    for _ in range(2):
        llama.http.post(f"{llama.url}/v1/chat/completions", json={"model": "m", "messages": SAID})
    first, second = (kept.id for kept in llama.notebook.kept[-2:])
    assert (first, second == first) == ("chatcmpl-" + "a" * 32, False)


@pytest.mark.parametrize("id", ["chatcmpl-" + "b" * 20 + "\r\nset-cookie: a=b", "chatcmpl-" + "ü" * 20, "c" * 201])
def test_an_id_that_no_header_can_hold_is_not_taken_for_ours(llama: SimpleNamespace, id: str) -> None:
    llama.wire.says({**LLAMA_WHOLE, "id": id})
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", json={"model": "m", "messages": SAID})
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-selfimprove-completion"] == llama.notebook.kept[-1].id != id


@pytest.mark.parametrize(("which", "status"), [("llama", 307), ("ollama", 503)])
def test_one_that_sends_elsewhere_is_not_followed(request: pytest.FixtureRequest, which: str, status: int) -> None:
    server = request.getfixturevalue(which)
    server.wire.says(b"", status=307)
    asked = len(server.wire.asked)
    answer = server.http.post(f"{server.url}/v1/chat/completions", json={"model": "m", "messages": SAID})
    assert (answer.status_code, len(server.wire.asked)) == (status, asked + 1)


def test_more_messages_than_a_chat_has_are_refused(llama: SimpleNamespace) -> None:
    said = {"model": "m", "messages": SAID * (MOST_MESSAGES + 1)}
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", json=said)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "messages")


def test_pictures_are_passed_on_and_their_text_is_kept(llama: SimpleNamespace) -> None:
    llama.wire.says(LLAMA_WHOLE)
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    asked = [picture, {"type": "text", "text": "eh"}]
    said = [{"role": "user", "content": [picture]}, {"role": "user", "content": asked}]
    llama.client.chat.completions.create(model="m", messages=said)
    assert [message.content for message in llama.notebook.kept[-1].messages] == ["eh"]


@pytest.mark.parametrize("stream", [False, True])
def test_its_own_no_is_passed_on(llama: SimpleNamespace, stream: bool) -> None:
    llama.wire.says(LLAMA_ERROR, status=400)
    with pytest.raises(openai.BadRequestError, match="exceeds the available context"):
        llama.client.chat.completions.create(model="m", messages=SAID, stream=stream)
    assert llama.notebook.kept[-1].ending == "failed"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 502, "stream": "text/html"}, "status 502"),
        ({"stream": "text/html"}, "no completion"),
    ],
)
def test_nonsense_is_a_503_with_the_reason(llama: SimpleNamespace, stream: bool, said: dict, reason: str) -> None:
    llama.wire.says(b"<html>hello</html>", **said)
    with pytest.raises(openai.InternalServerError, match=reason) as found:
        llama.client.chat.completions.create(model="m", messages=SAID, stream=stream)
    assert found.value.status_code == 503
    assert found.value.response.headers["retry-after"]
    kept = llama.notebook.kept[-1]
    assert (kept.answer, kept.ending, kept.messages[0].content) == (None, "failed", "hello")


def test_an_answer_that_is_cut_off_midway_is_a_503(llama: SimpleNamespace) -> None:
    llama.wire.says(json.dumps(LLAMA_WHOLE).encode()[:50], breaks=True)
    with pytest.raises(openai.InternalServerError, match="closed the connection"):
        llama.client.chat.completions.create(model="m", messages=SAID)


@pytest.mark.parametrize("breaks", [True, False])
def test_a_stream_that_is_cut_off_midway_says_so_and_is_kept_as_far(llama: SimpleNamespace, breaks: bool) -> None:
    llama.wire.says(*LLAMA_STREAM[:3], stream=EVENTS, breaks=breaks)
    stream = llama.client.chat.completions.create(model="m", messages=SAID, stream=True)
    with pytest.raises(openai.APIError, match="gives no answer"):
        list(stream)
    assert (llama.notebook.kept[-1].answer, llama.notebook.kept[-1].ending) == ("Hello", "failed")


def test_one_of_several_answers_that_is_cut_off_is_not_whole(llama: SimpleNamespace) -> None:
    other = [chunk.replace(b'"index":0', b'"index":1') for chunk in LLAMA_STREAM[:3]]
    llama.wire.says(*LLAMA_STREAM[:5], *other, stream=EVENTS)
    stream = llama.client.chat.completions.create(model="m", messages=SAID, stream=True, n=2)
    with pytest.raises(openai.APIError, match="gives no answer"):
        list(stream)
    kept = llama.notebook.kept[-1]
    assert (kept.ending, kept.answer, kept.others) == ("failed", "Hello", ("Hello",))


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


@pytest.mark.parametrize("called", [0, 1])
def test_of_several_answers_one_may_be_a_bare_call(llama: SimpleNamespace, called: int) -> None:
    """Which keeps its place, so that feedback on the other is of the other."""
    choices = [
        {"index": 0, "message": {"role": "assistant", "content": "In the shed."}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": "In the hall."}, "finish_reason": "stop"},
    ]
    call = {"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}, "finish_reason": "tool_calls"}
    choices[called] |= call
    llama.wire.says(json.dumps({**LLAMA_WHOLE, "choices": choices}).encode())
    llama.client.chat.completions.create(model="m", messages=SAID, n=2)
    kept = llama.notebook.kept[-1]
    texts = ["", "In the hall."] if called == 0 else ["In the shed.", ""]
    assert [kept.answer, *kept.others] == texts
    assert (kept.ending, kept.has_answer) == (("tool_calls", False) if called == 0 else ("stop", True))


def test_a_choice_of_no_place_is_passed_on_and_not_kept(llama: SimpleNamespace) -> None:
    far = {"index": 10**9, "message": {"role": "assistant", "content": "far"}, "finish_reason": "stop"}
    llama.wire.says(json.dumps({**LLAMA_WHOLE, "choices": [*LLAMA_WHOLE["choices"], far]}).encode())
    llama.client.chat.completions.create(model="m", messages=SAID)
    assert llama.notebook.kept[-1].others == ()


def test_a_stream_without_its_last_event_is_whole_when_all_answers_finished(llama: SimpleNamespace) -> None:
    other = [chunk.replace(b'"index":0', b'"index":1') for chunk in LLAMA_STREAM[:5]]
    llama.wire.says(*LLAMA_STREAM[:3], *other, LLAMA_STREAM[4], stream=EVENTS)
    list(llama.client.chat.completions.create(model="m", messages=SAID, stream=True, n=2))
    assert llama.notebook.kept[-1].ending == "length"


def test_a_client_that_goes_away_stops_the_upstream(llama: SimpleNamespace) -> None:
    gone = llama.wire.gone
    llama.wire.says(*LLAMA_STREAM[:3], stream=EVENTS, waits=30)
    stream = llama.client.chat.completions.create(model="m", messages=SAID, stream=True)
    next(iter(stream))
    stream.close()
    until(lambda: llama.wire.gone == gone + 1)
    until(lambda: llama.notebook.kept[-1].ending == "cancelled")


def test_one_that_is_down_is_told_at_once_and_by_the_health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(tmp_path, UPSTREAM_URL="http://127.0.0.1:9/v1")
    with serving(served.app) as url:
        answer = httpx.post(f"{url}/v1/chat/completions", json={"model": "m", "messages": SAID})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "nobody listens at 127.0.0.1:9" in answer.json()["error"]["message"]
        health = httpx.get(f"{url}/healthz")
        assert (health.status_code, "nobody listens" in health.json()["detail"]) == (503, True)
        assert httpx.post(f"{url}/v1/chat/completions", json={"messages": SAID}).status_code == 503
        assert httpx.get(f"{url}/v1/models").status_code == 503
    assert [kept.ending for kept in served.notebook.kept] == ["failed", "failed"]


def test_one_that_is_slow_is_given_up(wire: tuple[Wire, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "SILENT_SECONDS", 0.1)
    wire[0].says(b"{", waits=3)
    served = Served(tmp_path, UPSTREAM_URL=wire[1])
    with serving(served.app) as url:
        answer = httpx.post(f"{url}/v1/chat/completions", json={"model": "m", "messages": SAID})
    assert (answer.status_code, "takes too long" in answer.text) == (503, True)


@pytest.mark.parametrize("messages", [None, [], "x", [1]])
def test_what_is_no_chat_is_not_passed_on(llama: SimpleNamespace, messages: object) -> None:
    asked = len(llama.wire.asked)
    answer = llama.http.post(f"{llama.url}/v1/chat/completions", json={"messages": messages})
    assert (answer.status_code, len(llama.wire.asked)) == (400, asked)


def test_ollama_is_asked_in_its_own_way(ollama: SimpleNamespace) -> None:
    ollama.wire.says(*OLLAMA_STREAM, stream=LINES)
    raw = ollama.client.chat.completions.with_raw_response.create(
        model="llama3.2", messages=SAID, max_tokens=5, seed=3, stop="x", temperature=0.1, logprobs=True, top_logprobs=1,
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
    )
    path, _, body = ollama.wire.asked[-1]
    asked = json.loads(body)
    assert (path, asked["model"], asked["stream"]) == ("/api/chat", "llama3.2", True)
    assert asked["format"] == {"type": "object"}
    wanted = {"temperature": 0.1, "top_p": 1.0, "seed": 3, "num_predict": 5, "stop": ["x"]}
    assert (asked["options"], asked["top_logprobs"]) == (wanted, 1)
    answer = raw.parse()
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello", "stop")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (26, 2)
    assert [one.token for one in answer.choices[0].logprobs.content] == ["lo"]
    kept = ollama.notebook.kept[-1]
    assert (kept.model, kept.answer, kept.slot) == ("llama3.2", "Hello", "upstream")


@pytest.mark.parametrize(("row", "told"), [
    ({"token": "�", "bytes": [240, 159]}, [240, 159]), ({"token": "é", "bytes": None}, [195, 169]),
    ({"token": "é"}, [195, 169]),
])  # fmt: skip
def test_the_bytes_that_ollama_tells_are_told(ollama: SimpleNamespace, row: dict[str, Any], told: list[int]) -> None:
    scored = {**row, "logprob": -0.25, "top_logprobs": [{**row, "logprob": -0.25}]}
    line = ollama_line(message={"role": "assistant", "content": "x"}, done=True, done_reason="stop", logprobs=[scored])
    ollama.wire.says(line, stream=LINES)
    answer = ollama.client.chat.completions.create(model="llama3.2", messages=SAID, logprobs=True, top_logprobs=1)
    [one] = answer.choices[0].logprobs.content
    assert (one.bytes, one.top_logprobs[0].bytes) == (told, told)


def test_ollamas_stream_and_its_tool_calls(ollama: SimpleNamespace) -> None:
    ollama.wire.says(*OLLAMA_STREAM, stream=LINES)
    chunks = list(ollama.client.chat.completions.create(model="selfimprove", messages=SAID, stream=True))
    assert json.loads(ollama.wire.asked[-1][2])["model"] == "llama3.2:latest"
    assert [chunk.choices[0].delta.content for chunk in chunks] == ["Hel", "lo", None]
    ollama.wire.says(*OLLAMA_CALL, stream=LINES)
    before = {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {
        "name": "weather", "arguments": '{"city": "Rome"}'}}]}
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    answer = ollama.client.chat.completions.create(
        model="m", messages=[*SAID, before, {"role": "tool", "tool_call_id": "c", "content": "sun"}], tools=tools,
    )
    assert json.loads(ollama.wire.asked[-1][2])["messages"][1]["tool_calls"] == [
        {"function": {"name": "weather", "arguments": {"city": "Rome"}}}
    ]
    [call] = answer.choices[0].message.tool_calls
    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"Oslo"}')
    assert answer.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(("more", "cities"), [({}, ["Oslo", "Rome"]), ({"parallel_tool_calls": False}, ["Oslo"])])
def test_calls_that_ollama_tells_line_by_line_stay_several(
    ollama: SimpleNamespace, more: dict[str, Any], cities: list[str]
) -> None:
    other = OLLAMA_CALL[0].replace(b"Oslo", b"Rome")
    ollama.wire.says(OLLAMA_CALL[0], other, OLLAMA_CALL[1], stream=LINES)
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    whole = ollama.client.chat.completions.create(model="m", messages=SAID, tools=tools, **more)
    with ollama.client.chat.completions.stream(model="m", messages=SAID, tools=tools, **more) as events:
        heard = events.get_final_completion()
    for answer in (whole, heard):
        calls = answer.choices[0].message.tool_calls
        assert [json.loads(call.function.arguments)["city"] for call in calls] == cities
        assert len({call.id for call in calls}) == len(cities)
        assert answer.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("chunks", "more", "status"),
    [
        ([b'{"error":"model not found"}'], {"status": 404}, 404),
        ([b'{"error":"bad"}'], {"status": 400}, 400),
        ([b'{"error":"no memory"}'], {"status": 500}, 503),
        ([b'{"error":"no memory"}\n'], {}, 503),
        ([b"<html>\n"], {}, 503),
        ([b'["a"]\n'], {}, 503),
        (OLLAMA_STREAM[:2], {}, 503),
        ([ollama_line(message={"content": "x"})], {"breaks": True}, 503),
    ],
)
def test_what_ollama_does_wrong_is_told(ollama: SimpleNamespace, chunks: list, more: dict, status: int) -> None:
    ollama.wire.says(*chunks, stream=LINES, **more)
    with pytest.raises(openai.APIStatusError) as found:
        ollama.client.chat.completions.create(model="m", messages=SAID)
    assert found.value.status_code == status


def test_ollamas_own_interface_is_recognised_by_its_address() -> None:
    assert is_native("ollama+http://127.0.0.1:11434")
    assert is_native("http://127.0.0.1:11434/api/chat/")
    assert not is_native("http://127.0.0.1:11434/v1")
    assert read({"SELFIMPROVE_UPSTREAM_URL": "http://127.0.0.1:11434/api/chat"}).upstream_url


def test_what_ollama_knows_no_word_for_is_refused() -> None:
    asked = Ask("a", "", ({"role": "user", "content": "hi"},), 9, frequency_penalty=0.5)
    assert request(asked, "m")["options"]["frequency_penalty"] == 0.5
    with pytest.raises(Refusal, match="logit_bias"):
        request(replace(asked, logit_bias={"1": 2.0}), "m")
