"""The set-up stops with one clear line that names the next step."""

import subprocess
import sys
from pathlib import Path

import pytest

from selfimprove import install

SCRIPT = Path(install.__file__)


def started_by(version: tuple[int, int, int], path: Path) -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import install; "
    program += f"sys.version_info = {version}; install.use_known_python()"
    return subprocess.run([sys.executable, "-c", program], env={"PATH": str(path)}, capture_output=True, text=True)


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 15, 0)])
def test_another_python_is_named_and_asked_for(tmp_path: Path, version: tuple[int, int, int]) -> None:
    done = started_by(version, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"selfimprove cannot be set up: this is Python 3.{version[1]}. "
        "Next step: install Python 3.11 to 3.14, or name one: make PYTHON=python3.12."
    )


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 15, 0)])
def test_another_python_hands_over_to_one_that_is_known(tmp_path: Path, version: tuple[int, int, int]) -> None:
    known = tmp_path / "python3.12"
    known.write_text("#!/bin/sh\necho another took over\n")
    known.chmod(0o755)
    done = started_by(version, tmp_path)
    assert (done.returncode, done.stdout) == (0, "another took over\n")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 10)])
def test_a_known_python_goes_on(tmp_path: Path, version: tuple[int, int, int]) -> None:
    assert started_by(version, tmp_path).returncode == 0


def test_a_full_disk_is_said_with_its_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "FREE_GIB", 10**9)
    with pytest.raises(SystemExit, match=r"[\d.]+ GiB are free here\. Next step: free at least"):
        install.check_space()


@pytest.mark.skipif(sys.platform != "linux", reason="MLX needs the compiler on Linux CPUs only")
def test_a_missing_compiler_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"no C\+\+ compiler.*apt-get install g\+\+"):
        install.check_compiler()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they come with Python")
def test_missing_headers_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install.check_headers()
    monkeypatch.setattr(install.sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    with pytest.raises(SystemExit, match=r"headers are not here.*apt-get install python3-dev"):
        install.check_headers()


def test_the_fingerprint_follows_what_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(install, "CHECKOUT", str(tmp_path))
    before = install.fingerprint()
    assert install.fingerprint() == before
    (tmp_path / "constraints.txt").write_text("two")
    assert install.fingerprint() != before


def test_nothing_is_installed_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stamp = tmp_path / "installed"
    stamp.write_text(install.fingerprint())
    monkeypatch.setattr(install, "STAMP", str(stamp))
    monkeypatch.setattr(install, "run", lambda *_: pytest.fail("installed again"))
    install.main()
