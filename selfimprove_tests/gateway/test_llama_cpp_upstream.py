"""The real llama.cpp server on the tiny model, behind the gateway; needs `llama-server`."""

import json
from collections.abc import Iterator

import httpx
import openai
import pytest

from selfimprove_tests.beside import streamed
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.llama_cpp import llama_server, needed

pytestmark = needed
Between = tuple[Served, openai.OpenAI, openai.OpenAI]
SAID = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    """The gateway, a client of it, and one of the server itself."""
    with llama_server(tmp_path_factory.mktemp("llama")) as address:
        served = Served(tmp_path_factory.mktemp("home"), UPSTREAM_URL=f"{address}/v1")
        with (
            serving(served.app) as url,
            openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client,
            openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as direct,
        ):
            yield served, client, direct


def test_the_answer_is_the_servers_own(between: Between) -> None:
    served, client, direct = between
    ours, theirs = (
        asked.chat.completions.create(model="selfimprove", messages=SAID, max_tokens=12, temperature=0, n=2,
                                      logprobs=True, top_logprobs=2)
        for asked in (client, direct)
    )
    assert [one.message.content for one in ours.choices] == [one.message.content for one in theirs.choices]
    assert tokens(ours) == tokens(theirs)
    kept = served.notebook.kept[-1]
    assert (kept.answer, kept.id, kept.ending) == (ours.choices[0].message.content, ours.id, "stop")
    assert kept.others == (ours.choices[1].message.content,)


def tokens(completion: openai.types.chat.ChatCompletion) -> list[tuple[str, int]]:
    """Of the first answer, each with the number of others it is told with; how likely varies with what it cached."""
    told = completion.choices[0].logprobs
    assert told is not None
    return [(one.token, len(one.top_logprobs)) for one in told.content or ()]


def test_its_stream_is_too(between: Between) -> None:
    served, client, direct = between
    ours = streamed(client, "selfimprove", SAID)
    assert ours == streamed(direct, "selfimprove", SAID)
    assert ours == served.notebook.kept[-1].answer


def test_a_schema_is_followed_there(between: Between) -> None:
    shape = {"type": "object", "properties": {"at": {"enum": ["Rome", "Paris"]}}, "required": ["at"]}
    form = {"type": "json_schema", "json_schema": {"name": "place", "schema": shape}}
    said = between[1].chat.completions.create(model="selfimprove", messages=SAID, response_format=form, temperature=0)
    assert json.loads(said.choices[0].message.content or "")["at"] in ("Rome", "Paris")


def test_what_it_refuses_is_told_in_its_words(between: Between) -> None:
    served, client, _ = between
    with pytest.raises(openai.BadRequestError, match="exceeds the available context size"):
        client.chat.completions.create(model="selfimprove", messages=[{"role": "user", "content": "word " * 9000}])
    assert served.notebook.kept[-1].ending == "failed"


def test_its_health_is_ours(between: Between) -> None:
    url = str(between[1].base_url).removesuffix("/v1/")
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok", "detail": ""}
