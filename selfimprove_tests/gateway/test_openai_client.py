"""The official Python client, unchanged."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openai
import pytest

from selfimprove.gateway.parts import Health
from selfimprove_tests.gateway.served import ADAPTER, CALL, Served, serving, until

SAID = [{"role": "user", "content": "how are you"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with TemporaryDirectory() as folder:
        yield Served(Path(folder))


@pytest.fixture(scope="module")
def url(served: Served) -> Iterator[str]:
    with serving(served.app) as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_a_whole_answer_says_who_gave_it_and_is_kept_before_it_ends(client: openai.OpenAI, served: Served) -> None:
    raw = client.chat.completions.with_raw_response.create(model="selfimprove", messages=SAID, user="ann")
    answer = raw.parse()
    assert answer.choices[0].message.content == "adad: how are you "
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", "selfimprove")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (7, 11)
    kept = served.notebook.kept[-1]
    assert (kept.id, kept.answer, kept.ending, kept.slot, kept.user) == (
        answer.id, "adad: how are you ", "stop", ADAPTER, "ann",
    )
    assert raw.headers["x-selfimprove-chat"] == kept.thread.chat_id
    assert raw.headers["x-selfimprove-adapter"] == ADAPTER
    assert raw.headers["x-selfimprove-completion"] == answer.id
    assert "x-selfimprove-kept" not in raw.headers
    assert answer._request_id


def test_penalties_biases_and_a_tool_that_must_be_called_reach_the_voice(client: openai.OpenAI, served: Served) -> None:
    client.chat.completions.create(
        model="selfimprove", messages=SAID, frequency_penalty=0.5, presence_penalty=-1, logit_bias={"17": -100},
        tools=[TOOL], tool_choice={"type": "function", "function": {"name": "weather"}},
    )  # fmt: skip
    asked = served.voice.asked[-1]
    assert (asked.frequency_penalty, asked.presence_penalty, asked.logit_bias) == (0.5, -1.0, {"17": -100.0})
    assert asked.is_call
    assert asked.schema["anyOf"][0]["properties"]["name"] == {"const": "weather"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"frequency_penalty": 3}, "frequency_penalty"),
        ({"logit_bias": {"the": 1}}, "logit_bias"),
        ({"logit_bias": {"1": 101}}, "logit_bias"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "news"}}}, "tool_choice"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_kept(
    client: openai.OpenAI, served: Served, given: dict, said: str
) -> None:
    kept = len(served.notebook.kept)
    with pytest.raises(openai.BadRequestError, match=said):
        client.chat.completions.create(model="selfimprove", messages=SAID, **given)
    assert len(served.notebook.kept) == kept


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"stop": ["x"] * 17}, "stop: List should have at most 16 items"),
        ({"stop": "x" * 1001}, "stop: String should have at most 1000 characters"),
        ({"stop": ["x", "x" * 1001]}, "stop.1: String should have at most 1000 characters"),
        ({"messages": [{"role": "user", "content": []}]}, "messages.0.content: List should have at least 1 item"),
        ({"stop": 7}, "stop: Input should be a valid string"),
    ],
)
def test_of_what_may_be_of_two_forms_the_one_that_was_meant_is_told(
    client: openai.OpenAI, wrong: dict[str, Any], told: str
) -> None:
    given = {"model": "selfimprove", "messages": [{"role": "user", "content": "hello"}], **wrong}
    with pytest.raises(openai.BadRequestError, match=told):
        client.chat.completions.create(**given)


@pytest.mark.parametrize(
    ("name", "slot"), [("tiny", "base"), ("base", "base"), (ADAPTER, ADAPTER), ("adadadad", ADAPTER)]
)
def test_a_model_can_be_named(client: openai.OpenAI, served: Served, name: str, slot: str) -> None:
    client.chat.completions.create(model=name, messages=SAID)
    assert served.voice.asked[-1].slot == slot


@pytest.mark.parametrize("name", ["gpt-4", "adadada", "ee" * 32, ""])
def test_an_unknown_model_is_not_found(client: openai.OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as found:
        client.chat.completions.create(model=name, messages=SAID)
    assert (found.value.code, found.value.param) == ("model_not_found", "model")


def test_what_is_asked_reaches_the_voice(client: openai.OpenAI, served: Served) -> None:
    parts = [{"type": "text", "text": "be"}, {"type": "text", "text": "x"}]
    client.chat.completions.create(
        model="tiny", messages=[{"role": "developer", "content": parts}, *SAID],
        temperature=0, top_p=0.5, seed=5, stop=["a", "b"], max_completion_tokens=9, max_tokens=3,
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
    )
    ask = served.voice.asked[-1]
    assert ask.messages[0] == {"role": "system", "content": "be\nx"}
    assert (ask.temperature, ask.top_p, ask.seed, ask.stop, ask.max_tokens) == (0, 0.5, 5, ("a", "b"), 9)
    assert ask.schema == SCHEMA
    assert served.notebook.kept[-1].messages[0].content == "be\nx"
    client.chat.completions.create(model="tiny", messages=SAID, response_format={"type": "json_object"}, stop="z")
    assert (served.voice.asked[-1].schema, served.voice.asked[-1].stop) == ({"type": "object"}, ("z",))
    client.chat.completions.create(model="tiny", messages=SAID, response_format={"type": "text"})
    assert served.voice.asked[-1].schema is None


def test_several_answers_have_seeds_of_their_own_and_are_kept_together(client: openai.OpenAI, served: Served) -> None:
    answer = client.chat.completions.create(model="tiny", messages=SAID, n=3, seed=4)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert sorted(ask.seed or 0 for ask in served.voice.asked[-3:]) == [4, 5, 6]
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 12
    assert len(served.notebook.kept[-1].others) == 2


def test_log_probabilities(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="tiny", messages=SAID, logprobs=True, top_logprobs=2)
    assert answer.choices[0].logprobs is not None
    [first, *_] = answer.choices[0].logprobs.content or []
    assert (first.token, first.logprob) == ("base:", -0.5)
    assert [top.token for top in first.top_logprobs] == ["base:", "other"]
    without = client.chat.completions.create(model="tiny", messages=SAID)
    assert without.choices[0].logprobs is None


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_passed_through(client: openai.OpenAI, served: Served, stream: bool) -> None:
    before = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    messages = [*SAID, before, {"role": "tool", "tool_call_id": "call_1", "content": "sun"}]
    answer = client.chat.completions.create(model="tiny", messages=messages, tools=[TOOL], stream=stream)
    if stream:
        *_, called, last = [chunk.choices[0] for chunk in answer]
        calls = called.delta.tool_calls
    else:
        last = answer.choices[0]
        calls = last.message.tool_calls
    assert last.finish_reason == "tool_calls"
    assert (calls[0].function.name, calls[0].function.arguments) == ("weather", '{"city": "Oslo"}')
    assert served.voice.asked[-1].tools == (TOOL,)
    assert served.voice.asked[-1].messages[1]["tool_calls"] == [CALL]
    assert [message.role for message in served.notebook.kept[-1].messages] == ["user", "tool"]


def test_a_call_in_a_stream_is_whole_when_the_client_says_so(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model="tiny", messages=SAID, tools=[TOOL]) as events:
        [done] = [event for event in events if event.type == "tool_calls.function.arguments.done"]
        assert (done.name, done.arguments) == ("weather", '{"city": "Oslo"}')
        assert events.get_final_completion().choices[0].finish_reason == "tool_calls"


def test_a_stream(client: openai.OpenAI, served: Served) -> None:
    chunks = list(client.chat.completions.create(
        model="selfimprove", messages=SAID, stream=True, n=2, stream_options={"include_usage": True}, logprobs=True,
    ))
    texts = {0: "", 1: ""}
    for chunk in chunks[:-1]:
        texts[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert texts == {0: "adad: how are you ", 1: "adad: how are you "}
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert (chunks[-1].usage.completion_tokens, chunks[-1].choices) == (8, [])
    assert {chunk.id for chunk in chunks} == {served.notebook.kept[-1].id}


def test_a_proxy_is_told_to_pass_a_stream_on_as_it_comes(client: openai.OpenAI) -> None:
    """Nginx keeps it until it is whole otherwise."""
    create = client.chat.completions.with_raw_response.create
    told = create(model="selfimprove", messages=SAID, stream=True).headers
    assert (told["x-accel-buffering"], told["cache-control"]) == ("no", "no-cache")
    assert "x-accel-buffering" not in create(model="selfimprove", messages=SAID).headers


def test_a_client_that_goes_away_stops_the_work_and_what_was_said_is_kept(
    client: openai.OpenAI, served: Served
) -> None:
    closed = served.voice.closed
    said = [{"role": "user", "content": "one two !wait three"}]
    stream = client.chat.completions.create(model="tiny", messages=said, stream=True)
    assert next(iter(stream)).choices[0].delta.content == "base: "
    until(lambda: served.voice.asked[-1].messages[-1]["content"].startswith("one"))
    stream.close()
    until(lambda: served.voice.closed == closed + 1)
    until(lambda: served.notebook.kept[-1].ending == "cancelled")
    assert served.notebook.kept[-1].answer == "base: one two "


def test_nobody_there_is_a_503_with_the_reason_and_the_chat_is_kept_as_unanswered(
    client: openai.OpenAI, served: Served
) -> None:
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError, match="it rests") as found:
            client.chat.completions.create(
                model="tiny", messages=[{"role": "user", "content": "!down now"}], stream=stream
            )
        assert found.value.status_code == 503
        assert found.value.response.headers["retry-after"] == "7"
    kept = served.notebook.kept[-1]
    assert (kept.ending, kept.messages[0].content) == ("failed", "!down now")


def test_a_stream_that_fails_midway_ends_with_the_reason(client: openai.OpenAI, served: Served) -> None:
    said = [{"role": "user", "content": "one !down"}]
    stream = client.chat.completions.create(model="tiny", messages=said, stream=True)
    assert [next(stream).choices[0].delta.content for _ in range(2)] == ["base: ", "one "]
    with pytest.raises(openai.APIError, match="it rests"):
        next(stream)
    assert (served.notebook.kept[-1].ending, served.notebook.kept[-1].answer) == ("failed", "base: one ")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("said", "code", "field"),
    [("!long", "context_length_exceeded", "messages"), ("!schema", "invalid_schema", None)],
)
def test_what_the_model_cannot_be_asked_is_the_clients_fault_and_not_kept(
    client: openai.OpenAI, served: Served, said: str, code: str, field: str | None, *, stream: bool
) -> None:
    before = len(served.notebook.kept)
    with pytest.raises(openai.BadRequestError) as found:
        client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": said}], stream=stream)
    assert (found.value.code, found.value.param) == (code, field)
    assert len(served.notebook.kept) == before


def test_what_was_said_before_it_could_not_go_on_is_kept(client: openai.OpenAI, served: Served) -> None:
    said = [{"role": "user", "content": "one !long"}]
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="tiny", messages=said, stream=True))
    assert (served.notebook.kept[-1].ending, served.notebook.kept[-1].answer) == ("failed", "base: one ")


def test_what_nobody_foresaw_tells_nothing_of_the_chat_which_is_kept(
    client: openai.OpenAI, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(served.notebook.kept)
    with pytest.raises(openai.InternalServerError) as found:
        client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "!crash"}])
    assert found.value.status_code == 500
    assert "!crash" not in found.value.response.text
    assert "ZeroDivisionError at " in caplog.text
    assert "!crash" not in caplog.text
    [kept] = served.notebook.kept[before:]
    assert (kept.ending, kept.answer, kept.messages[0].content) == ("failed", None, "!crash")


def test_a_stream_in_which_it_happens_ends_with_an_error_and_is_kept_as_far(
    client: openai.OpenAI, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    before, said = len(served.notebook.kept), [{"role": "user", "content": "one !crash"}]
    stream = client.chat.completions.create(model="tiny", messages=said, stream=True)
    assert [next(stream).choices[0].delta.content for _ in range(2)] == ["base: ", "one "]
    with pytest.raises(openai.APIError, match="Something went wrong here") as found:
        next(stream)
    assert "crash" not in f"{found.value} {found.value.body}"
    until(lambda: "ZeroDivisionError at " in caplog.text)
    [kept] = served.notebook.kept[before:]
    assert (kept.ending, kept.answer) == ("failed", "base: one ")


def test_what_is_not_kept_is_said(client: openai.OpenAI, served: Served) -> None:
    served.notebook.has_room = False
    try:
        raw = client.chat.completions.with_raw_response.create(model="tiny", messages=SAID)
        assert raw.headers["x-selfimprove-kept"] == "no"
        with client.chat.completions.with_streaming_response.create(model="tiny", messages=SAID, stream=True) as stream:
            assert b": this exchange is not kept" in stream.read()
    finally:
        served.notebook.has_room = True


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["selfimprove", "tiny", ADAPTER]
    assert client.models.retrieve(ADAPTER).object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


@pytest.mark.parametrize("form", ["float", "base64"])
def test_embeddings(client: openai.OpenAI, form: str) -> None:
    found = client.embeddings.create(model="selfimprove", input=["a", "bcd"], encoding_format=form)
    vectors = [row.embedding for row in found.data]
    if form == "float":
        assert [vector[:2] for vector in vectors] == [[1.0, 0.0], [3.0, 0.0]]
    else:
        assert [len(vector) for vector in vectors] == [2048, 2048], "384 float32 in base64"
    default = client.embeddings.create(model="selfimprove", input="abcd")
    assert default.data[0].embedding[0] == 4.0
    with pytest.raises(openai.BadRequestError, match="384"):
        client.embeddings.create(model="selfimprove", input="a", dimensions=3)
    for tokens in ([1, 2], [[1, 2]]):
        with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False"):
            client.embeddings.create(model="selfimprove", input=tokens)


def test_health_is_whether_an_answer_can_be_given(client: openai.OpenAI, served: Served) -> None:
    health = client._client.get(f"{str(client.base_url).removesuffix('/v1/')}/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    served.health = Health(False, "the model is being loaded")
    health = client._client.get(f"{str(client.base_url).removesuffix('/v1/')}/healthz")
    served.health = Health(True)
    assert (health.status_code, health.json()["detail"]) == (503, "the model is being loaded")
    assert int(health.headers["retry-after"]) >= 1


def test_metrics_count_without_a_word(client: openai.OpenAI) -> None:
    client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "platypus"}])
    text = client._client.get(f"{str(client.base_url).removesuffix('/v1/')}/metrics").text
    assert 'selfimprove_answers_total{ended="stop",voice="base"}' in text
    assert 'route="/v1/chat/completions",status="200"' in text
    assert "platypus" not in text
    assert ADAPTER not in text
