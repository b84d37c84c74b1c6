"""Where the code server listens: in the state folder, or where that is too long a path in a folder of one's own."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
import yaml

from selfimprove import code_server
from selfimprove.errors import FolderOfOthers


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's folder for what is temporary, short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="si-") as folder:
        monkeypatch.setattr(code_server, "ELSEWHERE", Path(folder))
        yield Path(folder)


@pytest.mark.parametrize("depth", [0, 20], ids=["short", "long"])
def test_it_can_listen_however_long_the_path_of_the_house_is(temporary: Path, depth: int) -> None:
    home = temporary.joinpath("home", *["folder"] * depth)
    (home / "dagster").mkdir(parents=True)
    assert not code_server.listens(home)
    code_server.prepare(home)
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(code_server.address(home)))
        assert not code_server.listens(home), "nobody takes calls yet"
        server.listen()
        assert code_server.listens(home)
    assert not code_server.listens(home), "what a killed one left"
    assert code_server.address(home) != code_server.address(temporary / "another" / home.relative_to(temporary))


def test_nobody_else_has_a_way_into_its_folder(temporary: Path) -> None:
    home = temporary.joinpath(*["folder"] * 20)
    (home / "dagster").mkdir(parents=True)
    folder = code_server.address(home).parent
    assert not folder.exists(), "who only asks makes nothing"
    code_server.prepare(home)
    code_server.prepare(home)
    assert (folder.parent, folder.stat().st_mode & 0o777) == (temporary, 0o700)
    folder.chmod(0o755)
    with pytest.raises(FolderOfOthers, match=str(folder)):
        code_server.prepare(home)
    folder.rmdir()
    for target in (temporary, temporary / "nothing"):
        folder.symlink_to(target)
        with pytest.raises(FolderOfOthers):
            code_server.prepare(home)
        folder.unlink()


def test_what_it_leaves_outside_of_the_house_is_removed(temporary: Path) -> None:
    home = temporary.joinpath(*["folder"] * 20)
    (home / "dagster").mkdir(parents=True)
    code_server.leave(home)
    code_server.prepare(home)
    folder = code_server.address(home).parent
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(code_server.address(home)))
    code_server.leave(home)
    assert not folder.exists()
    other = temporary / "other"
    other.mkdir(mode=0o700)
    (other / code_server.address(home).name).touch()
    folder.symlink_to(other)
    code_server.leave(home)
    assert list(other.iterdir()), "where somebody else's link leads nothing is touched"


def test_the_workspace_tells_where_it_is_whatever_the_folder_is_called(temporary: Path) -> None:
    home = temporary / 'a "house": {of} #mine'
    (home / "dagster").mkdir(parents=True)
    code_server.prepare(home)
    [told] = yaml.safe_load(code_server.workspace(home).read_text())["load_from"]
    assert told == {"grpc_server": {"socket": str(code_server.address(home)), "location_name": "selfimprove"}}


def test_it_is_waited_for_and_not_for_ever(temporary: Path) -> None:
    home = temporary / "home"
    (home / "dagster").mkdir(parents=True)
    code_server.wait(home, 0.0)
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(code_server.address(home)))
        Timer(0.3, server.listen).start()
        code_server.wait(home, 60.0)
        assert code_server.listens(home)
