"""Who gets in: names, pages, tokens, cookies, and how much they may ask for."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from selfimprove.gateway import limits, protocol, tokens, wire
from selfimprove.gateway.limits import Limits
from selfimprove.gateway.parts import Health
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.tokens import Token
from selfimprove_tests.gateway.served import Served, serving, until

CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "platypus"}]}
SCOPES = ("chat", "feedback", "review", "admin")


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Served, httpx.Client]]:
    with TemporaryDirectory() as folder:
        served = Served(Path(folder))
        with serving(served.app) as url, httpx.Client(base_url=url) as client:
            yield served, client


@pytest.fixture
def served(house: tuple[Served, httpx.Client]) -> Served:
    """The same gateway for all tests, as if it had never known a token."""
    tokens.file(house[0].settings.home).unlink(missing_ok=True)
    house[0].parts.known.__init__(house[0].settings.home)  # type: ignore[misc]
    house[0].notebook.__init__()  # type: ignore[misc]
    house[0].health = Health(True)
    return house[0]


@pytest.fixture
def client(house: tuple[Served, httpx.Client], served: Served) -> httpx.Client:
    house[1].cookies.clear()
    return house[1]


def give(served: Served, **scopes: tuple[str, ...]) -> dict[str, str]:
    """Tokens of these names, as the file has them that the database is remembered in."""
    rows = [
        Token(f"{at:08x}", name, tokens.digest(f"si-{name}"), allowed, 10**6)
        for at, (name, allowed) in enumerate(scopes.items())
    ]
    file = tokens.file(served.settings.home)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([{name: getattr(row, name) for name in Token.__slots__} for row in rows]))
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    return {name: f"Bearer si-{name}" for name in scopes}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:4646", "LOCALHOST:4646", "host.docker.internal"])
def test_own_names_are_let_in(client: httpx.Client, host: str) -> None:
    assert client.get("/v1/models", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.0.2.7", "localhost:x", "", "127.0.0.1@evil.example"]
)
def test_a_name_that_was_turned_to_this_machine_is_not(client: httpx.Client, host: str) -> None:
    answer = client.get("/v1/models", headers={"host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize("name", ["host.docker.internal:4646", "HOST.containers.internal"])
def test_by_a_name_that_a_network_can_turn_here_no_page_asks_nor_is_asked_for(
    client: httpx.Client, served: Served, name: str
) -> None:
    by, page = {"host": name}, {"host": name, "origin": f"http://{name}"}
    assert client.post("/v1/chat/completions", json=CHAT, headers=by).status_code == 200, "a container's program"
    refused = [client.get(path, headers=by) for path in ("/", "/login", "/dagster/", "/openapi.json", "/static/x")]
    refused += [client.post("/v1/chat/completions", json=CHAT, headers=page), client.post("/logout", headers=page)]
    assert {(one.status_code, one.json()["error"]["code"]) for one in refused} == {(403, "origin_not_allowed")}
    given = give(served, me=("admin",))
    assert client.get("/login", headers=by).status_code == 200, "where a name alone lets nobody in"
    said = client.post("/v1/chat/completions", json=CHAT, headers={**page, "authorization": given["me"]})
    assert said.status_code == 200


def test_two_names_are_none(client: httpx.Client) -> None:
    assert b" 403 " in raw(client, b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n")


def test_elsewhere_nobody_owns_it_without_a_token(tmp_path: Path) -> None:
    app = Served(tmp_path, GATEWAY_HOST="0.0.0.0").app
    with serving(app) as url:  # as after the last token was revoked
        assert httpx.get(f"{url}/v1/models").status_code == 401
        assert httpx.post(f"{url}/v1/chat/completions", json=CHAT).status_code == 401


@pytest.fixture(scope="module")
def proxied() -> Iterator[tuple[Served, httpx.Client]]:
    """A gateway that is asked through a proxy, too."""
    with TemporaryDirectory() as folder:
        served = Served(Path(folder), GATEWAY_NAMES="llm.example.com box.ts.net")
        with serving(served.app) as url, httpx.Client(base_url=url) as client:
            yield served, client


@pytest.mark.parametrize("headers", [
    {"host": "llm.example.com", "origin": "https://llm.example.com"},
    {"host": "box.ts.net:8443", "origin": "https://box.ts.net:8443"},
    {"origin": "https://llm.example.com"},  # the proxy asks by the gateway's own address
    {"host": "LLM.example.com"},
])  # fmt: skip
def test_by_a_proxys_name_who_has_a_token_gets_in(
    proxied: tuple[Served, httpx.Client], headers: dict[str, str]
) -> None:
    served, client = proxied
    client.cookies.clear()
    give(served, me=("review",))
    entered = client.post("/login", data={"token": "si-me"}, headers=headers)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert ("secure" in cookie.lower()) == ("origin" in headers), "over TLS it is for TLS"
    read = {**headers, "cookie": cookie.partition(";")[0]}
    assert client.get("/metrics", headers=read).status_code == 200
    assert client.post("/logout", headers=read).status_code == 303


@pytest.mark.parametrize("headers", [
    {"host": "evil.example"}, {"host": "llm.example.com.evil.example"}, {"origin": "https://evil.example"},
    {"origin": "https://llm.example.com:8443"}, {"host": "box.ts.net", "origin": "null"},
])  # fmt: skip
def test_other_names_are_still_refused(proxied: tuple[Served, httpx.Client], headers: dict[str, str]) -> None:
    served, client = proxied
    client.cookies.clear()
    give(served, me=("review",))
    assert client.post("/login", data={"token": "si-me"}, headers=headers).status_code == 403


def test_behind_a_proxy_nobody_is_the_owner(tmp_path: Path) -> None:
    served = Served(tmp_path, GATEWAY_NAMES="llm.example.com")
    with serving(served.app) as url:  # as after the last token was revoked
        assert httpx.get(f"{url}/v1/models").status_code == 401
        assert httpx.get(f"{url}/v1/models", headers={"host": "llm.example.com"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"origin": "null", "content-type": "text/plain"},
    ],
)
def test_pages_of_other_sites_may_not_ask(client: httpx.Client, headers: dict[str, str]) -> None:
    answer = client.post("/v1/chat/completions", json=CHAT, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_not_allowed")


def test_own_pages_and_links_from_elsewhere_may(client: httpx.Client) -> None:
    origin = str(client.base_url).rstrip("/")
    assert client.post("/v1/chat/completions", json=CHAT, headers={"origin": origin}).status_code == 200
    follows = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/login", headers=follows).status_code == 200
    assert client.get("/login", headers=follows | {"sec-fetch-dest": "document"}).status_code == 200
    assert client.get("/login", headers=follows | {"sec-fetch-dest": "iframe"}).status_code == 403
    assert client.post("/login", data={"token": "x"}, headers=follows).status_code == 403


def test_without_tokens_whoever_is_here_gets_in_and_with_one_nobody_without(
    served: Served, client: httpx.Client
) -> None:
    assert client.get("/v1/models", headers={"authorization": "Bearer anything"}).status_code == 200
    bearer = give(served, phone=("chat",))
    assert client.get("/healthz").status_code == 200
    for wrong in ({}, {"authorization": "Bearer si-other"}, {"authorization": "Basic si-phone"}):
        answer = client.get("/v1/models", headers=wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/v1/models", headers={"authorization": bearer["phone"]}).status_code == 200


def test_a_file_of_tokens_that_is_gone_opens_nothing(served: Served, client: httpx.Client) -> None:
    give(served, phone=("chat",))
    assert client.get("/v1/models").status_code == 401
    tokens.file(served.settings.home).unlink()
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    assert client.get("/v1/models").status_code == 401


def test_an_answer_under_way_breaks_off_when_its_token_is_revoked(served: Served, client: httpx.Client) -> None:
    headers = {"authorization": give(served, phone=("chat",), tablet=("chat",))["phone"]}
    said = {**CHAT, "stream": True, "messages": [{"role": "user", "content": "!slow " * 100}]}
    with client.stream("POST", "/v1/chat/completions", json=said, headers=headers) as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)]
        give(served, tablet=("chat",))
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    until(lambda: served.notebook.kept)
    assert [one.ending for one in served.notebook.kept] == ["cancelled"]


def test_an_answer_to_whoever_was_here_breaks_off_at_the_first_token(served: Served, client: httpx.Client) -> None:
    said = {**CHAT, "stream": True, "messages": [{"role": "user", "content": "!slow " * 100}]}
    with client.stream("POST", "/v1/chat/completions", json=said) as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)]
        give(served, phone=("chat",))
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)


def test_a_whole_answer_is_refused_when_its_token_is_revoked_before_it_begins(
    served: Served, client: httpx.Client
) -> None:
    headers = {"authorization": give(served, phone=("chat",), tablet=("chat",))["phone"]}
    said = CHAT | {"messages": [{"role": "user", "content": "!slow " * 8}]}
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, "/v1/chat/completions", json=said, headers=headers)
        time.sleep(0.3)
        give(served, tablet=("chat",))
        refused = answer.result(5)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize(("ends", "status"), [("!crash", 500), ("!down", 503)])
def test_nothing_of_a_chat_is_logged_where_its_token_was_revoked_before_it_failed(
    served: Served, client: httpx.Client, caplog: pytest.LogCaptureFixture, ends: str, status: int
) -> None:
    headers = {"authorization": give(served, phone=("chat",), tablet=("chat",))["phone"]}
    said = CHAT | {"messages": [{"role": "user", "content": "!slow " * 8 + ends}]}
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, "/v1/chat/completions", json=said, headers=headers)
        time.sleep(0.3)
        give(served, tablet=("chat",))
        assert answer.result(5).status_code == status
    assert "what was said" not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_stranger_is_not_told_why_nobody_answers(served: Served, client: httpx.Client) -> None:
    served.health = Health(False, "http://elsewhere.test does not answer")
    assert "elsewhere" in client.get("/healthz").json()["detail"]
    headers = {"authorization": give(served, phone=("chat",))["phone"]}
    assert "elsewhere" in client.get("/healthz", headers=headers).json()["detail"]
    found = client.get("/healthz")
    assert (found.status_code, found.json()) == (503, {"status": "unavailable", "detail": ""})


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_may_what_it_was_made_for(served: Served, client: httpx.Client, scope: str) -> None:
    headers = {"authorization": give(served, one=(scope,))["one"]}
    said = {"answer": "x", "thumbs": "up"}
    found = {
        "chat": client.post("/v1/chat/completions", json=CHAT, headers=headers).status_code,
        "feedback": client.post("/v1/feedback", json=said, headers=headers).status_code,
        "review": client.get("/metrics", headers=headers).status_code,
    }
    assert found == {name: 200 if scope in (name, "admin") else 403 for name in found}


def test_a_bearer_is_no_browsers_accident(served: Served, client: httpx.Client) -> None:
    headers = {"authorization": give(served, app=("chat",))["app"], "origin": "app://somewhere"}
    assert client.get("/v1/models", headers=headers).status_code == 200
    assert client.get("/v1/models", headers={**headers, "host": "evil.example"}).status_code == 403


def test_a_browser_is_led_to_the_login_and_gets_a_cookie(served: Served, client: httpx.Client) -> None:
    give(served, me=("review",))
    led = client.get("/metrics", headers={"accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/login?to=/metrics")
    assert "no-store" in client.get("/login?to=/metrics").headers["cache-control"]
    wrong = client.post("/login", data={"token": "si-other"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    right = client.post("/login", data={"token": "si-me", "to": "/metrics"})
    assert (right.status_code, right.headers["location"]) == (303, "/metrics")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "si-me" not in cookie
    assert client.get("/metrics").status_code == 200, "the client sends the cookie by itself"
    foreign = client.get("/metrics", headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    give(served, other=("review",))
    assert client.get("/metrics").status_code == 401, "its token was revoked"


def test_who_logs_out_ends_the_login_and_no_other(served: Served, client: httpx.Client) -> None:
    give(served, me=("review",))
    (token,) = served.parts.known.all().values()
    cookies = (served.parts.sessions.begin(token, now) for now in (time.time(), time.time() - 60))
    ours, other = ({"cookie": f"selfimprove={cookie}"} for cookie in cookies)
    client.cookies.clear()
    assert client.get("/metrics", headers=ours).status_code == 200
    left = client.post("/logout", headers=ours)
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert "selfimprove=" in left.headers["set-cookie"]
    assert client.get("/metrics", headers=ours).status_code == 401, "whoever copied the cookie is out, too"
    assert client.get("/metrics", headers=other).status_code == 200
    assert client.post("/logout", headers=ours).status_code == 303, "and once more"
    assert client.post("/logout", headers={"cookie": other["cookie"][:-1] + "x"}).status_code == 303
    assert client.get("/metrics", headers=other).status_code == 200, "a cookie that was made by hand ends nothing"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_the_login_leads_nowhere_else(served: Served, client: httpx.Client, to: str) -> None:
    give(served, me=("review",))
    assert client.post("/login", data={"token": "si-me", "to": to}).headers["location"] == "/"


@pytest.mark.parametrize("change", ["00000001.{ends}.{sign}", "{id}.9999999999.{sign}", "{id}.{ends}.x", "ä", "a.b"])
def test_a_cookie_that_was_made_by_hand_is_none(served: Served, client: httpx.Client, change: str) -> None:
    give(served, me=("review",), you=("admin",))
    client.post("/login", data={"token": "si-me"})
    id, ends, sign = client.cookies["selfimprove"].split(".")
    client.cookies.clear()
    forged = change.format(id=id, ends=ends, sign=sign).encode()
    assert client.get("/metrics", headers={"cookie": b"selfimprove=" + forged}).status_code == 401


def test_too_much_is_refused_before_it_is_read(client: httpx.Client) -> None:
    body = b"x" * (limits.BODY_BYTES + 1)
    assert client.post("/v1/chat/completions", content=body).json()["error"]["code"] == "request_too_large"
    chunks = (b"x" * 2**20 for _ in range(17))
    assert client.post("/v1/embeddings", content=chunks).status_code == 413


def raw(client: httpx.Client, data: bytes) -> bytes:
    url = client.base_url
    with socket.create_connection((url.host, url.port), timeout=5) as connection:
        connection.sendall(data)
        return connection.recv(200)


def test_headers_have_an_end(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b" 431 " in raw(client, b"GET / HTTP/1.1\r\nx: " + b"a" * 40_000)
    assert b" 431 " in raw(client, b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"x: aaaaaaaaaaaaa\r\n" * 3000 + b"\r\n")
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.1)
    assert b" 408 " in raw(client, b"GET / HTTP/1.1\r\nhost: loc")


def test_a_body_that_does_not_come_is_not_waited_for(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.1)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{"
    assert b" 408 " in raw(client, head)


def test_a_body_that_drips_is_not_waited_for_either(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.3)

    def drops() -> Iterator[bytes]:
        for _ in range(20):
            yield b" "
            time.sleep(0.1)

    assert client.post("/v1/chat/completions", content=drops()).status_code == 408


@pytest.mark.parametrize(("levels", "status"), [(wire.DEEPEST - 1, 200), (wire.DEEPEST, 400), (900, 400)])
def test_what_is_too_deep_to_be_passed_on_is_refused(client: httpx.Client, levels: int, status: int) -> None:
    said = json.dumps(CHAT).encode()[:-1]
    answer = client.post("/v1/chat/completions", content=said + b', "x": %s1%s}' % (b"[" * levels, b"]" * levels))
    assert answer.status_code == status
    many = CHAT | {"x": [[{"a": [1]}] for _ in range(1000)], "y": "[{" * wire.MOST_INSIDE}
    assert client.post("/v1/chat/completions", json=many).status_code == 200


def test_lists_and_objects_without_number_are_refused(client: httpx.Client) -> None:
    turn = {"role": "user", "content": [{"type": "text", "text": ""}] * 5000}
    answer = client.post("/v1/chat/completions", json=CHAT | {"messages": [turn] * 11})
    assert answer.status_code == 400
    assert f"more than {wire.MOST_INSIDE} lists and objects" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b'{"messages": [{"role": "user", "content": "platypus"', None),
        (b'["platypus"]', None),
        (b'{"messages": "platypus"}', "messages"),
        (b'{"messages": [{"role": "platypus", "content": ""}]}', "messages.0.role"),
        (b'{"messages": [{"role": "user", "content": {"platypus": 1}}]}', "messages.0.content"),
        (b'{"messages": [{"role": "user", "content": "x"}], "temperature": "platypus"}', "temperature"),
        (b'{"messages": [{"role": "user", "content": "x"}], "stop": {"platypus": 1}}', "stop"),
        (b'{"messages": [{"role": "user", "content": [{"type": "platypus"}]}]}', "messages"),
        (b'{"messages": [{"role": "user", "content": null}]}', "messages"),
        (b'{"messages": [{"role": "user", "content": "\xff"}]}', None),
        (b'{"messages": [{"role": "user", "content": "\\ud800"}]}', None),
    ],
)
def test_a_wrong_request_is_told_its_field_and_nothing_of_what_it_held(
    client: httpx.Client, caplog: pytest.LogCaptureFixture, body: bytes, param: str | None
) -> None:
    answer = client.post("/v1/chat/completions", content=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "platypus" not in answer.text + caplog.text


def taken(limit: Limits, visitor: str, per_minute: int) -> int:
    """How many requests at once are let in."""
    for count in range(1000):
        try:
            limit.count(visitor, per_minute)
        except Refusal:
            return count
    raise AssertionError("there is no limit")


def test_requests_a_minute_are_counted_by_token() -> None:
    now = 0.0
    limit = Limits(lambda: now)
    assert taken(limit, "a", 240) == 40
    with pytest.raises(Refusal) as refused:
        limit.count("a", 240)
    assert (refused.value.status, refused.value.response().headers["retry-after"]) == (429, "1")
    limit.count("b", 240)
    limit.count("a", 0)
    now = 0.25
    assert taken(limit, "a", 240) == 1


def test_a_small_token_has_room_for_a_page_and_is_told_its_limits() -> None:
    now = 0.0
    limit = Limits(lambda: now)
    assert taken(limit, "a", 6) == limits.BURST_LEAST == 20
    with pytest.raises(Refusal) as refused:
        limit.count("a", 6)
    assert refused.value.message == (
        "Too many requests: 6 requests a minute are let in, and 20 at once. Ask again in 10 seconds."
    )
    assert refused.value.response().headers["retry-after"] == "10"
    now = 10.0
    assert taken(limit, "a", 6) == 1


def test_answers_under_way_are_counted(served: Served, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "AT_ONCE_EACH", 1)
    with served.limits.answering(""):
        refused = client.post("/v1/chat/completions", json=CHAT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_streams")
    assert refused.headers["retry-after"] == "1"
    assert client.post("/v1/chat/completions", json=CHAT).status_code == 200


def test_feedback_says_what_became_of_it(served: Served, client: httpx.Client) -> None:
    said = {"id": "chatcmpl-1", "correction": "better"}
    assert client.post("/v1/feedback", json=said).json() == {"status": "kept"}
    assert served.notebook.reactions[-1].correction == "better"
    for reacted, status in (("pending", 202), ("unknown", 404), ("full", 503)):
        served.notebook.reacted = reacted
        assert client.post("/v1/feedback", json=said).status_code == status
    assert client.post("/v1/feedback", json={"id": "x"}).status_code == 400
