"""Pages of other origins: those that the owner named may ask under /v1 with a token, and no cookie counts there."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import CHAT, give

OBSIDIAN = "app://obsidian.md"
WANTS = {"origin": OBSIDIAN, "access-control-request-method": "POST"}
HEADERS = "authorization,content-type,x-selfimprove-chat,x-stainless-os,x-other"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, httpx.Client]]:
    served = Served(tmp_path_factory.mktemp("home"), ORIGINS=f"{OBSIDIAN}, https://chat.example.com")
    with serving(served.app) as url, httpx.Client(base_url=url) as client:
        yield served, client


def granted(answer: httpx.Response) -> dict[str, str]:
    """What an answer lets a page do."""
    return {name[15:]: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.fixture
def client(gateway: tuple[Served, httpx.Client]) -> httpx.Client:
    gateway[1].cookies.clear()
    give(gateway[0], me=("chat", "review"), small=("feedback",))
    return gateway[1]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models", "/v1/feedback"])
def test_a_browser_is_told_what_a_page_may_send(client: httpx.Client, path: str) -> None:
    answer = client.options(path, headers=WANTS | {"access-control-request-headers": HEADERS})
    assert (answer.status_code, answer.content) == (204, b"")
    found = granted(answer)
    assert found.pop("expose-headers")
    assert found == {
        "allow-origin": OBSIDIAN, "allow-methods": "GET, POST", "max-age": "600",
        "allow-headers": "authorization, content-type, x-selfimprove-chat, x-stainless-os",
    }
    assert answer.headers["vary"] == "origin"
    assert client.options(path, headers=WANTS).status_code == 204


@pytest.mark.parametrize(("path", "changed"), [
    ("/v1/models", {"origin": "https://evil.example"}), ("/v1/models", {"origin": "null"}), ("/metrics", {}),
    ("/v1/models", {"origin": f"{OBSIDIAN}.evil.example"}), ("/login", {}), ("/dagster/graphql", {}), ("/healthz", {}),
    ("/v1/models", {"host": "evil.example"}),
])  # fmt: skip
def test_other_pages_and_other_places_are_refused(client: httpx.Client, path: str, changed: dict[str, str]) -> None:
    answer = client.options(path, headers=WANTS | changed)
    assert (answer.status_code, granted(answer)) == (403, {})


def test_with_a_token_a_page_may_ask_and_read(client: httpx.Client) -> None:
    headers = {"origin": OBSIDIAN, "authorization": "Bearer si-me"}
    for said in (CHAT, CHAT | {"stream": True}):
        answer = client.post("/v1/chat/completions", json=said, headers=headers)
        found = granted(answer)
        assert (answer.status_code, found["allow-origin"], found.keys()) == (
            200, OBSIDIAN, {"allow-origin", "expose-headers"}
        )  # fmt: skip
        ours = {name for name in answer.headers if name.startswith("x-selfimprove-")}
        assert ours
        assert ours <= set(found["expose-headers"].split(", "))
    assert granted(client.get("/v1/models/none", headers=headers))["allow-origin"] == OBSIDIAN, "errors can be read too"
    lacks = client.get("/v1/models", headers=headers | {"authorization": "Bearer si-small"})
    assert (lacks.status_code, granted(lacks)["allow-origin"]) == (403, OBSIDIAN)


def test_nothing_else_lets_it_read(client: httpx.Client) -> None:
    client.post("/login", data={"token": "si-me"})
    assert client.get("/v1/models").status_code == 200
    by_cookie = client.get("/v1/models", headers={"origin": OBSIDIAN})
    assert (by_cookie.status_code, by_cookie.json()["error"]["code"]) == (401, None)
    assert client.get("/metrics", headers={"origin": OBSIDIAN}).status_code == 403
    client.cookies.clear()
    bearer = {"authorization": "Bearer si-me"}
    for origin in ("https://evil.example", "null"):
        assert granted(client.get("/v1/models", headers=bearer | {"origin": origin})) == {}
    assert granted(client.get("/v1/models", headers=bearer)) == {}
    assert granted(client.get("/metrics", headers=bearer | {"origin": OBSIDIAN})) == {}


@pytest.mark.parametrize("origin", [OBSIDIAN, OBSIDIAN.upper()])
def test_a_page_reads_that_its_token_is_not_valid(client: httpx.Client, origin: str) -> None:
    wrong = {"origin": origin, "authorization": f"Bearer {secrets.token_urlsafe()}"}
    for answer in (
        client.get("/v1/models", headers=wrong), client.post("/v1/chat/completions", json=CHAT, headers=wrong)
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        assert granted(answer)["allow-origin"] == origin


@pytest.mark.parametrize(("path", "origin"), [
    ("/v1/models", "https://evil.example"), ("/v1/models", "null"), ("/metrics", OBSIDIAN), ("/login", OBSIDIAN),
])  # fmt: skip
def test_whoever_may_not_ask_reads_nothing_with_a_wrong_token(client: httpx.Client, path: str, origin: str) -> None:
    answer = client.get(path, headers={"origin": origin, "authorization": f"Bearer {secrets.token_urlsafe()}"})
    assert (answer.status_code, granted(answer)) == (403, {})
    assert answer.json()["error"]["code"] == "origin_not_allowed"


@pytest.mark.parametrize("asked", ["user-agent", "openai-organization", "openai-project", "openai-beta"])
def test_openais_client_may_send_what_it_sends(client: httpx.Client, asked: str) -> None:
    headers = WANTS | {"access-control-request-headers": f"authorization,{asked},cookie,x-{asked},{asked}-x"}
    assert granted(client.options("/v1/models", headers=headers))["allow-headers"] == f"authorization, {asked}"


def test_before_there_is_a_token_no_page_may_ask(tmp_path: Path) -> None:
    with serving(Served(tmp_path, ORIGINS=OBSIDIAN).app) as url:
        answer = httpx.get(f"{url}/v1/models", headers={"origin": OBSIDIAN})
        assert answer.status_code == 401
        assert "selfimprove tokens add" in answer.json()["error"]["message"]
        elsewhere = httpx.get(f"{url}/v1/models", headers={"origin": "https://evil.example"})
        assert (elsewhere.status_code, granted(elsewhere)) == (403, {})


def test_without_the_setting_nobody_is_asked(tmp_path: Path) -> None:
    with serving(Served(tmp_path).app) as url:
        answer = httpx.options(f"{url}/v1/models", headers=WANTS)
        assert (answer.status_code, granted(answer)) == (403, {})
