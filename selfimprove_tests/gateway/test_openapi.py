"""Requests made from the gateway's own OpenAPI, right and wrong: no 5xx, and no answer that it does not describe."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from selfimprove_tests.gateway.served import Served, serving
from selfimprove_tests.gateway.test_gate import give

ALSO_WRONG = "positive_data_acceptance"  # what no schema says: a message without text, feedback on nothing


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Its address, and a token."""
    served = Served(tmp_path_factory.mktemp("home"))
    with serving(served.app) as url:
        yield url, give(served, one=("admin",))["one"]


def test_it_keeps_to_its_own_description(gateway: tuple[str, str], tmp_path: Path) -> None:
    done = examined(*gateway, examples=5, folder=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: 7" in done.stdout


def test_the_description_names_every_body_and_no_status_that_never_comes(gateway: tuple[str, str]) -> None:
    found = httpx.get(f"{gateway[0]}/openapi.json").json()
    bodies = {
        path: operation["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        for path, operation in found["paths"].items() if "post" in operation
    }
    assert bodies == {
        "/v1/chat/completions": "ChatRequest", "/v1/embeddings": "EmbeddingsRequest", "/v1/feedback": "Feedback",
    }
    assert set(bodies.values()) <= set(found["components"]["schemas"])
    assert all("422" not in one["responses"] for path in found["paths"].values() for one in path.values())
    assert httpx.get(f"{gateway[0]}/docs").status_code == 404, "its page would be fetched from elsewhere"


def test_a_token_is_required_as_soon_as_there_is_one(tmp_path: Path) -> None:
    served = Served(tmp_path)
    said = {"GET /metrics", "GET /v1/models", "GET /v1/models/{name}"}
    said |= {f"POST /v1/{name}" for name in ("chat/completions", "embeddings", "feedback")}
    assert secured(served) == {one: [{}, {"HTTPBearer": []}] for one in said}
    give(served, one=("admin",))
    assert secured(served) == {one: [{"HTTPBearer": []}] for one in said}


def test_elsewhere_a_token_is_always_required(tmp_path: Path) -> None:
    found = secured(Served(tmp_path, GATEWAY_NAMES="llm.example.com"))
    assert {str(one) for one in found.values()} == {str([{"HTTPBearer": []}])}


def secured(served: Served) -> dict[str, object]:
    """What each operation requires, where it does."""
    paths = served.app.openapi()["paths"]
    return {
        f"{method.upper()} {path}": one["security"]
        for path, operations in paths.items() for method, one in operations.items() if "security" in one
    }  # fmt: skip


def examined(url: str, token: str, *, examples: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What schemathesis finds."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--max-examples", str(examples),
        "--checks", "all", "--exclude-checks", ALSO_WRONG, "--generation-database", "none", "--no-color",
        "--header", f"Authorization: {token}", "--seed", "1", "--rate-limit", "5000/m",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def main(examples: int) -> int:
    """Many examples, printed: `python -m selfimprove_tests.gateway.test_openapi 300`."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        served = Served(Path(folder))
        with serving(served.app) as url:
            done = examined(url, give(served, one=("admin",))["one"], examples=examples, folder=Path(folder))
    print(done.stdout[-3000:], done.stderr[-1000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
