"""What people see where the gateway refuses: a page that says why and where to go, and never JSON; programs as ever."""

import re
import time
from html import unescape

import pytest
from fastapi.testclient import TestClient

from selfimprove import day
from selfimprove.gateway import tokens
from selfimprove.gateway.refusal import Refusal
from selfimprove_tests.review.test_day import HOME
from selfimprove_tests.review.test_reading import pages, plain

PEOPLE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ELSEWHERE = PEOPLE | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.fixture
def gateway(settings, furnished) -> TestClient:
    """The whole gateway before a browser, with nothing at work behind it, Dagster neither."""
    return TestClient(day.compose(settings), base_url=HOME, headers=PEOPLE, raise_server_exceptions=False)


@pytest.fixture
def enter(gateway, settings, connection):
    """Gives the browser a cookie for a token with these scopes."""

    def give(*scopes: str) -> str:
        _, token = tokens.add(connection, "me", scopes)
        tokens.remember(connection, settings.home)
        connection.commit()
        time.sleep(tokens.LOOK_SECONDS + 0.05)
        gateway.post("/login", data={"token": token}, headers={"origin": HOME}, follow_redirects=False)
        return token

    return give


def links(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split("<nav")[1].split("</nav>")[0].split('href="')[1:]]


def says(found, status: int) -> str:
    assert (found.status_code, found.headers["content-type"]) == (status, "text/html; charset=utf-8"), found.text
    assert "frame-ancestors 'none'" in found.headers["content-security-policy"]
    assert found.headers["cache-control"] == "no-store"
    return unescape(plain(found.text))


def test_a_scope_that_is_lacking_is_told_on_a_page(gateway, enter):
    enter("review")
    assert "The token 'me' lacks the scope 'admin'." in says(gateway.get("/forget"), 403)
    assert "lacks the scope 'admin'" in says(gateway.post("/champion/veto", data={"seen": "x"}), 403)


def test_what_is_no_page_is_told_on_one(gateway):
    assert "There is no such page" in says(gateway.get("/nowhere"), 404)
    assert "There is no such page" in says(gateway.post("/nights"), 405)
    assert "skip: " in says(gateway.get("/review?skip=abc"), 400)
    assert "Dagster's pages are not there now" in says(gateway.get("/dagster/"), 503)
    assert gateway.get("/dagster/").headers["retry-after"] == "3"
    text = says(gateway.post("/forget", content=b"x", headers={"content-type": "text/plain"}), 415)
    assert "application/x-www-form-urlencoded" in text, "the gate's own refusals are told alike"


@pytest.mark.parametrize(("status", "said", "shown"), [
    (529, "It is overloaded.", "It is overloaded."), (404, "There is no such chat.", "There is no such chat."),
    (418, "I'm a Teapot", "There is no such page"),
])  # fmt: skip
def test_a_status_that_has_no_word_in_http_is_told_on_a_page(gateway, status, said, shown):
    async def answer() -> None:
        raise Refusal(status, said)

    gateway.app.add_api_route("/odd", answer)
    assert shown in says(gateway.get("/odd"), status)


def test_a_word_that_is_neither_yes_nor_no_is_refused_on_a_page(gateway, furnished):
    found = gateway.post(f"/approval/{furnished.report}", data={"word": "maybe"}, headers={"origin": HOME})
    assert "word: Input should be 'yes' or 'no'" in says(found, 400)


def test_a_form_without_a_session_leads_to_the_login_and_back(gateway, enter, furnished):
    enter("review")
    gateway.cookies.clear()
    data, referer = {"chat": furnished.chats[1]}, {"origin": HOME, "referer": f"{HOME}/review?skip=3"}
    found = gateway.post("/review/exclude", data=data, headers=referer)
    assert "A token is needed" in says(found, 401)
    assert '<a class="button yes" href="/login?to=/review%3Fskip%3D3">Log in</a>' in found.text
    assert found.headers["www-authenticate"] == "Bearer"
    assert links(found.text) == []
    for odd in ("http://[", "//evil.example/x", f"{HOME}//evil.example/x", ""):
        found = gateway.post("/review/exclude", data=data, headers={"origin": HOME, "referer": odd})
        assert 'href="/login?to=/"' in found.text, odd


def test_a_part_of_a_page_does_not_become_the_login(gateway, enter):
    enter("review")
    gateway.cookies.clear()
    found = gateway.get("/", headers={"hx-request": "true", "accept": "text/html"}, follow_redirects=False)
    assert "A token is needed" in says(found, 401)
    assert gateway.get("/", follow_redirects=False).status_code == 303


def test_the_login_leads_back_to_page_and_query(gateway, enter):
    token = enter("review")
    gateway.cookies.clear()
    led = gateway.get("/review?skip=3&x=a%26b", follow_redirects=False).headers["location"]
    assert led == "/login?to=/review%3Fskip%3D3%26x%3Da%2526b"
    form = gateway.get(led).text
    assert 'name="to" value="/review?skip=3&amp;x=a%26b"' in form
    data = {"token": token, "to": "/review?skip=3&x=a%26b"}
    entered = gateway.post("/login", data=data, headers={"origin": HOME}, follow_redirects=False)
    assert entered.headers["location"] == "/review?skip=3&x=a%26b"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", f"/{'a' * 3000}"])
def test_the_login_leads_to_no_other_place(gateway, enter, path):
    enter("review")
    gateway.cookies.clear()
    led = gateway.get(f"{HOME}{path}", follow_redirects=False)
    assert led.status_code == 404 or led.headers["location"] == "/login?to=/"
    assert 'name="to" value="/"' in gateway.get("/login", params={"to": path}).text


@pytest.mark.parametrize(("scopes", "there"), [
    (("chat",), []), (("review",), ["/", "/review", "/nights", "/adapters", "/dagster/"]),
    (("admin",), ["/", "/review", "/nights", "/adapters", "/forget", "/dagster/"]),
])  # fmt: skip
def test_links_lead_where_one_may_go(gateway, enter, scopes, there):
    assert links(gateway.get("/").text)[-2:] == ["/forget", "/dagster/"], "whoever is at the machine may all"
    enter(*scopes)
    for path in ("/", "/nowhere"):
        found = gateway.get(path)
        assert links(found.text) == there
        assert "Log out" in found.text


@pytest.mark.parametrize("scope", ["review", "admin"])
def test_what_takes_more_is_offered_to_nobody_who_has_less(gateway, furnished, enter, scope):
    enter(scope)
    nights = [f"/nights/{run}" for run in furnished.runs]
    read = ["/", "/nights", *nights, f"/adapters/{furnished.champion}", f"/chats/{furnished.chats[0]}"]
    offered = set(re.findall(r'(?:href|action)="([^"]*)"', "".join(gateway.get(path).text for path in read)))
    rest = ["/champion/rollback", "/champion/veto", f"/approval/{furnished.report}"]
    more = {*rest, "/forget", f"/adapters/{furnished.champion}/pin"}
    assert offered & more == (more if scope == "admin" else set())


@pytest.mark.parametrize(("path", "headers"), [
    ("/nowhere", {"accept": "*/*"}), ("/review?skip=abc", {"accept": "application/json"}), ("/v1/nothing", {}),
    ("/v1/models/none", {}), ("/dagster/graphql", {"accept": "*/*"}),
])  # fmt: skip
def test_programs_get_json_as_ever(gateway, path, headers):
    assert gateway.get(path, headers=headers).json()["error"]["message"]


def contents(connection):
    """Every row of every table, as text."""
    found = {}
    tables = "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|info)'"
    for row in connection.execute(tables).fetchall():
        rows = connection.execute(f"select x::text as said from {row['name']} x").fetchall()
        found[row["name"]] = sorted(one["said"] for one in rows)
    connection.commit()
    return found


def test_a_link_of_another_site_opens_a_page_and_changes_nothing(gateway, enter, furnished, connection):
    token = enter("admin")
    entered = gateway.post("/login", data={"token": token}, headers={"origin": HOME}, follow_redirects=False)
    assert "SameSite=lax" in entered.headers["set-cookie"]
    before = contents(connection)
    paths = [*pages(furnished), "/login", "/metrics", "/healthz", "/v1/models", "/openapi.json"]
    for path in paths:
        assert gateway.get(path, headers=ELSEWHERE).status_code in (200, 503), path
        framed = gateway.get(path, headers=ELSEWHERE | {"sec-fetch-dest": "iframe"})
        assert framed.status_code == 403, path
    assert contents(connection) == before
    asked = {one.path for one in gateway.app.routes if "GET" in (getattr(one, "methods", None) or ())}
    known = {"/dagster", "/dagster/{path:path}", "/static/{name}", "/v1/models/{name:path}", "/forget/{id}"}
    assert {path for path in asked - known if not any(fits(path, one) for one in paths)} == set(), "look at it too"


def fits(route: str, path: str) -> bool:
    parts, given = route.split("/"), path.split("?")[0].split("/")
    return len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True))
