"""What clients send that OpenAI's own would not: taken where it is clear, else refused by the name of what is right."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from selfimprove.gateway.asks import MAX_TOKENS
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import give

SAID = [{"role": "user", "content": "platypus"}]
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("weather", "clock", "lamp")
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, httpx.Client]]:
    served = Served(tmp_path_factory.mktemp("home"))
    with serving(served.app) as url, httpx.Client(base_url=url) as client:
        yield served, client


@pytest.fixture
def served(house: tuple[Served, httpx.Client]) -> Served:
    return house[0]


@pytest.fixture
def client(house: tuple[Served, httpx.Client]) -> httpx.Client:
    return house[1]


def post(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/v1/chat/completions", json={"model": "tiny", "messages": SAID, **body})


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


@pytest.mark.parametrize("path", ["/healthz", "/v1/models", "/v1/models/tiny", "/login", "/metrics", "/v1/models/none"])
def test_a_head_is_answered_as_a_get_without_its_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    if path != "/metrics":  # which counts these very requests
        assert head.headers["content-length"] == get.headers["content-length"]
    assert client.get("/healthz").json()["status"] == "ok", "the connection goes on"


def test_a_head_of_the_first_page_is_answered(tmp_path: Path) -> None:
    async def page() -> str:
        return "hello"

    served = Served(tmp_path)
    served.app.add_api_route("/", page)
    with serving(served.app) as url:
        found = httpx.head(url)
    assert (found.status_code, found.headers["content-length"], found.content) == (200, "7", b"")


def test_a_head_needs_the_token_that_a_get_needs(tmp_path: Path) -> None:
    served = Served(tmp_path)
    token = give(served, me=("chat",))["me"]
    with serving(served.app) as url:
        assert [httpx.head(f"{url}{path}").status_code for path in ("/v1/models", "/metrics", "/healthz")] == [
            401, 401, 200
        ]  # fmt: skip
        assert httpx.head(f"{url}/v1/models", headers={"authorization": token}).status_code == 200
        assert httpx.head(f"{url}/v1/chat/completions", headers={"authorization": token}).status_code == 405
        given = httpx.get(f"{url}/metrics", headers={"authorization": give(served, me=("review",))["me"]}).text
    assert 'method="HEAD",route="/v1/models",status="200"' in given


@pytest.mark.parametrize(("method", "path", "told"), [
    ("POST", "/v1/responses", "the Responses API is not offered"), ("POST", "/v1/completions", "without a chat"),
    ("POST", "/chat/completions", "base URL ends in /v1"), ("GET", "/models", "base URL ends in /v1"),
    ("GET", "/api/tags", "Ollama's own interface is not offered"), ("POST", "/api/chat", "OpenAI-compatible provider"),
    ("POST", "/v1/messages", "Anthropic's"), ("POST", "/v1/v1/chat/completions", "base URL ends in /v1"),
    ("POST", "/v1/v1/embeddings", "base URL ends in /v1"), ("GET", "/api/ps", "Ollama's own interface"),
    ("POST", "/api/pull", "OpenAI-compatible provider"),
])  # fmt: skip
def test_who_asks_at_another_address_is_told_the_right_one(
    client: httpx.Client, method: str, path: str, told: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, error(answer)["code"]) == (404, "unknown_url")
    assert "/v1/chat/completions" in error(answer)["message"]
    assert told in error(answer)["message"]
    nobody = client.request(method, f"{path}nobody")
    assert (nobody.status_code, error(nobody)["code"]) == (404, None)


def test_the_list_of_models_has_two_addresses(client: httpx.Client) -> None:
    assert client.get("/v1/models/").json() == client.get("/v1/models").json()
    assert error(client.get("/v1/models/none"))["code"] == "model_not_found"


@pytest.mark.parametrize(("named", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", bytes)])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/embeddings", "/v1/feedback", "/login"])
def test_a_compressed_body_is_refused_as_such(
    client: httpx.Client, named: str, pack: Callable[[bytes], bytes], path: str
) -> None:
    content, headers = pack(json.dumps({"messages": SAID}).encode()), {"content-type": "application/json"}
    answer = client.post(path, content=content, headers=headers | {"content-encoding": named})
    assert (answer.status_code, error(answer)["param"]) == (415, "content-encoding")


@pytest.mark.parametrize("headers", [{}, {"content-encoding": "identity"}, {"content-encoding": ""}])
def test_a_body_as_it_is_is_read(client: httpx.Client, headers: dict[str, str]) -> None:
    content = json.dumps({"model": "tiny", "messages": SAID}).encode()
    assert client.post("/v1/chat/completions", content=content, headers=headers).status_code == 200


def test_no_form_of_embeddings_is_the_one_that_is_given_unasked(client: httpx.Client) -> None:
    asked = {"input": "abcd", "encoding_format": None, "dimensions": None, "user": None}
    answer = client.post("/v1/embeddings", json={"model": "tiny", **asked})
    assert answer.json()["data"][0]["embedding"][0] == 4.0


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_minus_one_token_is_no_limit_of_the_clients(client: httpx.Client, served: Served, field: str) -> None:
    assert post(client, **{field: -1}).status_code == 200
    assert served.voice.asked[-1].max_tokens == MAX_TOKENS
    for wrong in (0, -2, -1.5, True, "-1"):
        answer = post(client, **{field: wrong})
        assert (answer.status_code, error(answer)["param"]) == (400, field)


def test_no_share_of_the_tokens_is_the_likeliest(client: httpx.Client, served: Served) -> None:
    assert post(client, top_p=0).status_code == 200
    assert served.voice.asked[-1].top_p == 0
    assert post(client, top_p=-0.1).status_code == 400


@pytest.mark.parametrize(("turn", "told"), [
    ({"content": None}, ""), ({}, ""), ({"content": None, "tool_calls": []}, ""),
    ({"content": None, "refusal": "I would rather not."}, "I would rather not."),
    ({"content": [{"type": "refusal", "refusal": "I would rather not."}]}, "I would rather not."),
    ({"content": [{"type": "text", "text": "No:"}, {"type": "refusal", "refusal": "never."}]}, "No:\nnever."),
    ({"content": "as ever", "refusal": None}, "as ever"),
])  # fmt: skip
def test_an_answer_without_a_text_of_its_own_is_taken(
    client: httpx.Client, served: Served, turn: dict[str, Any], told: str
) -> None:
    messages = [SAID[0], {"role": "assistant", **turn}, {"role": "user", "content": "and now?"}]
    assert post(client, messages=messages).status_code == 200
    assert served.voice.asked[-1].messages[1]["content"] == told
    assert [one.content for one in served.notebook.kept[-1].messages] == ["platypus", told, "and now?"]


@pytest.mark.parametrize("turn", [
    {"role": "user", "content": None}, {"role": "user", "content": [{"type": "refusal", "refusal": "no"}]},
    {"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]},
    {"role": "assistant", "content": []},
])  # fmt: skip
def test_other_turns_without_a_text_are_refused_as_before(client: httpx.Client, turn: dict[str, Any]) -> None:
    answer = post(client, messages=[*SAID, turn])
    assert (answer.status_code, error(answer)["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("field", [
    {"functions": [{"name": "weather", "parameters": {}}]}, {"function_call": {"name": "weather"}},
])  # fmt: skip
def test_functions_are_refused_by_the_name_of_tools(client: httpx.Client, field: dict[str, Any]) -> None:
    answer = post(client, **field)
    assert (answer.status_code, error(answer)["param"]) == (400, next(iter(field)))
    assert "`tools`" in error(answer)["message"]


@pytest.mark.parametrize("field", [{"functions": None}, {"functions": []}, {"function_call": "none"}])
def test_no_functions_are_no_obstacle(client: httpx.Client, field: dict[str, Any]) -> None:
    assert post(client, **field).status_code == 200


def allowing(mode: object, *names: str) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}


def test_of_many_tools_some_are_allowed(client: httpx.Client, served: Served) -> None:
    assert post(client, tools=TOOLS, tool_choice=allowing("auto", "lamp", "clock")).status_code == 200
    asked = served.voice.asked[-1]
    assert [tool["function"]["name"] for tool in asked.tools] == ["lamp", "clock"]
    assert (asked.is_call, asked.tools[0]) == (False, TOOLS[2]), "as they were given, parameters and all"
    assert post(client, tools=TOOLS, tool_choice=allowing("required", "lamp", "clock")).status_code == 200
    asked = served.voice.asked[-1]
    assert asked.is_call
    called = [call["properties"]["name"]["const"] for call in (asked.schema or {})["anyOf"]]
    assert called == ["lamp", "clock"]


@pytest.mark.parametrize("choice", [
    allowing("auto", "lamp", "door"), allowing("auto"), allowing("never", "lamp"), allowing(None, "lamp"),
    {"type": "allowed_tools"}, {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [7]}},
    {"type": "function", "function": {"name": "door"}},
])  # fmt: skip
def test_a_choice_that_names_other_tools_is_refused(client: httpx.Client, choice: dict[str, Any]) -> None:
    answer = post(client, tools=TOOLS, tool_choice=choice)
    assert (answer.status_code, error(answer)["param"]) == (400, "tool_choice")
