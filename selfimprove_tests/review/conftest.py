"""A furnished house, its pages, and a person who looks at them."""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from selfimprove import postgres
from selfimprove.gateway.guard import OWNER
from selfimprove.review.pages import router
from selfimprove.settings import Settings, read
from selfimprove_tests.conftest import _at, _execute, clone
from selfimprove_tests.review.furnish import Furnished, furnish


@dataclass(frozen=True)
class Original:
    """A furnished database to clone, its state folder, and a copy of that as it was."""

    database: str
    home: Path
    copy: Path
    holds: Furnished


@pytest.fixture(scope="session")
def original(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    """Furnished once: rows name the folder of files, so that every test has the same one, put back before."""
    name, folder = f"furnished_{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("furnished")
    _execute(server, f"create database {name} template {template}")
    with postgres.connect(_at(server, name)) as connection:
        holds = furnish(connection, folder / "home")
    shutil.copytree(folder / "home", folder / "copy")
    yield Original(name, folder / "home", folder / "copy", holds)
    _execute(server, f"drop database {name} with (force)")


@pytest.fixture
def furnished(original: Original) -> Furnished:
    shutil.rmtree(original.home)
    shutil.copytree(original.copy, original.home)
    return original.holds


@pytest.fixture
def database(request: pytest.FixtureRequest, server: str, template: str) -> Iterator[str]:
    """This test's own database; of the furnished house where the test asks for that."""
    is_furnished = "furnished" in request.fixturenames
    with clone(server, request.getfixturevalue("original").database if is_furnished else template) as url:
        yield url


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Settings:
    is_furnished = "furnished" in request.fixturenames
    home = request.getfixturevalue("original").home if is_furnished else tmp_path / "home"
    return read({"SELFIMPROVE_HOME": str(home), "SELFIMPROVE_DATABASE_URL": database})


def app(settings: Settings, **more: object) -> FastAPI:
    """The pages alone, for the owner at this machine."""
    found = FastAPI()
    found.include_router(router(settings, **more))

    @found.middleware("http")
    async def owner(request: Request, answer: object) -> Response:
        request.state.visitor = OWNER
        return await answer(request)

    return found


@pytest.fixture
def person(settings: Settings) -> Iterator[TestClient]:
    """Somebody with a browser that runs no scripts."""
    with TestClient(app(settings, has_nights=lambda: False)) as client:
        yield client
