"""A real mlx_lm.server on the tiny model, started once, behind the gateway."""

import sys
from collections.abc import Iterator

import httpx
import openai
import pytest

from selfimprove.models.base import TINY
from selfimprove_tests.beside import beside, streamed
from selfimprove_tests.gateway.served import Served, serving

Between = tuple[Served, openai.OpenAI, openai.OpenAI]
SAID = [{"role": "user", "content": "Hello"}]


@pytest.fixture(scope="module")
def mlx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; it lists models from a cache that has to be there."""
    home = tmp_path_factory.mktemp("hub")
    (home / "hub").mkdir()
    command = [sys.executable, "-m", "mlx_lm", "server", "--model", str(TINY), "--port"]
    more = {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OPENBLAS_NUM_THREADS": "1"}
    with beside(lambda port: [*command, str(port)], home / "log", "/v1/models", more) as url:
        yield f"{url}/v1"


@pytest.fixture(scope="module")
def between(mlx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    """The gateway, a client of it, and one of the server itself."""
    served = Served(tmp_path_factory.mktemp("home"), UPSTREAM_URL=mlx, UPSTREAM_MODEL="default_model")
    with (
        serving(served.app) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client,
        openai.OpenAI(base_url=mlx, api_key="x", max_retries=0) as direct,
    ):
        yield served, client, direct


def test_the_answer_is_the_servers_own(between: Between) -> None:
    served, client, direct = between
    asked = {"messages": SAID, "max_tokens": 12, "temperature": 0}
    ours = client.chat.completions.create(model="selfimprove", **asked)
    theirs = direct.chat.completions.create(model="default_model", **asked)
    assert ours.choices[0].message.content == theirs.choices[0].message.content
    assert ours.usage is not None
    assert theirs.usage is not None
    assert ours.usage.total_tokens == theirs.usage.total_tokens
    kept = served.notebook.kept[-1]
    assert (kept.answer, kept.id) == (ours.choices[0].message.content, ours.id)


def test_its_stream_is_too(between: Between) -> None:
    served, client, direct = between
    ours = streamed(client, "default_model", SAID)
    assert ours == streamed(direct, "default_model", SAID)
    assert ours == served.notebook.kept[-1].answer
    assert served.notebook.kept[-1].ending in ("stop", "length")


def test_its_health_is_ours(between: Between) -> None:
    _, client, _ = between
    url = str(client.base_url).removesuffix("/v1/")
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok", "detail": ""}
