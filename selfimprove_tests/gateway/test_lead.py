"""Redirects behind a proxy that speaks https lead to a path, whatever the framework or Dagster takes for its name."""

from pathlib import Path

import httpx
import pytest
from aiohttp import web

from selfimprove.gateway import proxy
from selfimprove.gateway.lead import here
from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_proxy import Pages, fresh, listening


@pytest.mark.parametrize(("given", "led"), [
    (b"http://127.0.0.1:4646/review", b"/review"), (b"http://dagster/dagster/", b"/dagster/"), (b"HTTPS://a", b"/"),
    (b"http://a?b=c", b"/?b=c"), (b"http://a//evil.example/", b"/evil.example/"), (b"http://a/\\evil", b"/evil"),
    (b"/review?to=http://a/b", b"/review?to=http://a/b"), (b"/login?to=/", b"/login?to=/"), (b"runs", b"runs"),
])  # fmt: skip
def test_a_redirect_leads_to_a_path(given: bytes, led: bytes) -> None:
    assert here(307, [(b"a", b"http://a/b"), (b"Location", given)]) == [(b"a", b"http://a/b"), (b"Location", led)]


def test_what_is_no_redirect_is_left_alone() -> None:
    assert here(201, [(b"location", b"http://a/b")]) == [(b"location", b"http://a/b")]


class Slashes(Pages):
    """Dagster, which has its pages behind a slash."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://{request.host}/dagster/?a=b")


def test_dagsters_pages_and_ours_are_found_without_and_with_a_slash(tmp_path: Path) -> None:
    served = Served(tmp_path)
    (tmp_path / "gateway").mkdir()
    dagster = proxy.Dagster(tmp_path)
    served.app.include_router(proxy.router(dagster))
    served.closing.append(dagster.close)
    fresh(served)
    with listening(str(tmp_path / proxy.SOCKET), Slashes()), serving(served.app) as url:
        assert httpx.get(f"{url}/dagster").headers["location"] == "/dagster/?a=b"
        behind_tls = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
        assert httpx.get(f"{url}/metrics/?c=d", headers=behind_tls).headers["location"] == "/metrics?c=d"
