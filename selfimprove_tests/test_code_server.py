"""Where the code server listens: in the state folder, or where that is too long a path in a folder of one's own."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from selfimprove import code_server
from selfimprove.errors import FolderOfOthers


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's folder for what is temporary, short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="si-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.mark.parametrize("depth", [0, 20], ids=["short", "long"])
def test_it_can_listen_however_long_the_path_of_the_house_is(temporary: Path, depth: int) -> None:
    home = temporary.joinpath("home", *["folder"] * depth)
    (home / "dagster").mkdir(parents=True)
    assert not code_server.listens(home)
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(code_server.address(home)))
        assert not code_server.listens(home), "nobody takes calls yet"
        server.listen()
        assert code_server.listens(home)
    assert not code_server.listens(home), "what a killed one left"
    assert code_server.address(home) != code_server.address(temporary / "another" / home.relative_to(temporary))


def test_nobody_else_has_a_way_into_its_folder(temporary: Path) -> None:
    home = temporary.joinpath(*["folder"] * 20)
    folder = code_server.address(home).parent
    assert (folder.parent, folder.stat().st_mode & 0o777) == (temporary, 0o700)
    folder.chmod(0o755)
    with pytest.raises(FolderOfOthers, match=str(folder)):
        code_server.address(home)
    folder.rmdir()
    folder.symlink_to(temporary)
    with pytest.raises(FolderOfOthers):
        code_server.address(home)


def test_the_workspace_tells_where_it_is_whatever_the_folder_is_called(temporary: Path) -> None:
    home = temporary / 'a "house": {of} #mine'
    (home / "dagster").mkdir(parents=True)
    code_server.write_workspace(home)
    [told] = yaml.safe_load(code_server.workspace(home).read_text())["load_from"]
    assert told == {"grpc_server": {"socket": str(code_server.address(home)), "location_name": "selfimprove"}}
