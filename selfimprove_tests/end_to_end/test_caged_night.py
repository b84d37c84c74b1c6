"""A whole night with the cable out: nothing tries to go anywhere but loopback, and nothing but evidence promotes."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from selfimprove.settings import CHECKOUT
from selfimprove_tests import in_memory
from selfimprove_tests.end_to_end.cage import LONGEST, PLANTED, REFUSED

PARTS = ("dagster_webserver", "dagster._daemon", "dagster api", "selfimprove night", "selfimprove.models.serve")
ATTEMPTS = ("alone, on forged checks", "again, from where it failed", "in a backfill")
UNSHARE = ("unshare", "--net", "--mount")


@cache
def has_namespaces() -> bool:
    """Whether this account may make a network without a way out."""
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def in_cage(what: str, *, namespace: bool) -> dict[str, Any]:
    """What was done in the cage, and what was tried."""
    with TemporaryDirectory(prefix="selfimprove-cage-", dir=in_memory.folder()) as folder:
        command = [sys.executable, "-m", "selfimprove_tests.end_to_end.cage", str(Path(folder) / "home"), what]
        command += ["namespace" if namespace else "guard"]
        command = [*UNSHARE, *command] if namespace else command
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=2 * LONGEST)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def night() -> dict[str, Any]:
    """A whole one in the cage, with attempts to promote what it refused."""
    return in_cage("night", namespace=has_namespaces())


def test_a_night_and_the_web_interface_need_no_network(night: dict[str, Any]) -> None:
    assert night["tried"] == []
    assert night["no_route"] == 0 or not has_namespaces()
    assert night["done"]["web"] == 200
    assert (night["done"].get("outcome"), night["done"]["exit_code"]) in REFUSED.items(), night["done"]
    started = "\n".join(night["started"])
    assert [part for part in PARTS if part not in started] == [], "the guard was everywhere"


def test_only_evidence_promotes(night: dict[str, Any]) -> None:
    """Not a forged check, an asset launched by hand, a second try, nor a backfill of several assets."""
    forged = night["done"]["forged"]
    assert {name: attempt["champion"] for name, attempt in forged["attempts"].items()} == dict.fromkeys(ATTEMPTS)
    assert [forged["attempts"][name]["ended"] for name in ATTEMPTS[:2]] == ["FAILURE", "FAILURE"]
    assert forged["decision"] in ("reject", "not_enough_evidence")


@pytest.mark.parametrize("what", sorted(PLANTED))
def test_an_attempt_to_get_out_is_seen(what: str) -> None:
    if not has_namespaces():
        pytest.skip("this account may make no network namespace")
    found = in_cage(what, namespace=True)
    attempts = len(found["tried"]) + found["no_route"]
    assert (attempts > 0) is (what != "loopback"), found
    assert (found["done"]["exit_code"] == 0) is (what == "loopback")
    if what.startswith("native"):
        assert found["tried"] == [], "only the kernel sees what Python does not do"


@pytest.mark.parametrize("what", ["connect", "connect6", "datagram", "http", "loopback", "name"])
def test_the_guard_alone_sees_what_python_does(what: str) -> None:
    found = in_cage(what, namespace=False)
    assert (len(found["tried"]) > 0) is (what != "loopback")
    if found["tried"]:
        assert found["done"]["exit_code"] == 1
        assert found["tried"][0]["address"] in ("192.0.2.1", "2001:db8::1", "telemetry.example.org")
