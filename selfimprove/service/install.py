"""Put a house's services into the system, take them out, and tell how they are. Each is safe to do again."""

import os
import shutil
import subprocess
import sys
import time as pause
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from types import ModuleType
from typing import Any

from selfimprove.errors import ServiceFailed, ServiceOfOtherHouse, ServiceUnsupported
from selfimprove.service import launchd, systemd
from selfimprove.service.plan import EARLIER, File, Plan
from selfimprove.settings import private

SEVEN = time(7)
RELOAD = ["systemctl", "--user", "daemon-reload"]


@dataclass(frozen=True, slots=True)
class Done:
    """What was written or removed, and whether anything was; `notes` are for the person."""

    changed: tuple[Path, ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def system(platform: str = sys.platform) -> ModuleType:
    """How this system is told what to run.

    Raises:
        ServiceUnsupported: it is neither macOS nor a Linux with systemd.
    """
    if platform == "darwin":
        return launchd
    if platform.startswith("linux") and shutil.which("systemctl"):
        return systemd
    reason = "there is no systemctl" if platform.startswith("linux") else f"{platform} has neither launchd nor systemd"
    raise ServiceUnsupported(reason=reason)


def install(plan: Plan, now: datetime, kind: ModuleType) -> Done:
    """Write what differs and start it; what is as it should be is left alone.

    Raises:
        ServiceOfOtherHouse: another house's services are installed.
        ServiceUnsupported: systemd runs nothing for this account.
        ServiceFailed: the system refused; the message has what it said.
    """
    files: list[File] = kind.files(plan, now)
    _require_manager(kind)
    _require_ours(plan, kind, files)
    private(plan.home / "logs")
    changed = [file for file in files if _content(file.path) != file.content]
    for file in changed:
        _write(file)
    if kind is systemd and changed:
        _run(RELOAD)
    stale = [file for file in files if file in changed or not is_running(kind, file)]
    for file in stale:
        if kind is launchd:
            _unload(kind, file)
        for command in kind.starting(file):
            _run(command)
    return Done(tuple(file.path for file in changed), tuple(file.path for file in files), _notes(plan, kind, now))


def morning(kind: ModuleType, otherwise: time = SEVEN) -> time:
    """When nights must be over, by what is installed."""
    texts = [text for path in sorted(kind.folder().glob("*selfimprove*")) if (text := _content(path))]
    return next((found for text in texts if (found := kind.morning_of(text))), otherwise)


def uninstall(plan: Plan, now: datetime, kind: ModuleType) -> Done:
    """Stop and remove what is there; the house and its data stay.

    Raises:
        ServiceOfOtherHouse: the services are another house's.
    """
    files: list[File] = kind.files(plan, now)
    _require_ours(plan, kind, files)
    there = [file for file in files if file.path.exists()]
    for file in there:
        for command in kind.stopping(file):
            _run(command, must=False)
        file.path.unlink(missing_ok=True)
    if kind is systemd and there:
        _run(RELOAD, must=False)
    return Done(tuple(file.path for file in there), tuple(file.path for file in files))


def status(plan: Plan, now: datetime, kind: ModuleType) -> list[dict[str, Any]]:
    """Each file: whether it is there, is what `install` would write, whether the system runs it, and what tells why."""
    return [
        {
            "file": str(file.path),
            "installed": file.path.exists(),
            "current": _content(file.path) == file.content,
            "running": file.path.exists() and is_running(kind, file),
            "why": " ".join(kind.explaining(file)),
        }
        for file in kind.files(plan, now)
    ]


def is_running(kind: ModuleType, file: File) -> bool:
    """Whether the system has it loaded; what a timer starts does as long as it did not fail."""
    command, succeeds = kind.asking(file)
    return _run(command, must=False) is succeeds


def _unload(kind: ModuleType, file: File) -> None:
    """launchd says that it unloads before it has, and refuses to load again until then."""
    for command in kind.stopping(file):
        _run(command, must=False)
    for _ in range(120):
        if not is_running(kind, file):
            return
        pause.sleep(1)


def _require_manager(kind: ModuleType) -> None:
    """`systemctl --user` needs a systemd of this account's, which runs while it is logged in, or always if it may."""
    if kind is systemd and not _run(["systemctl", "--user", "show-environment"], must=False):
        user = os.environ.get("USER") or str(os.getuid())
        reason = (
            f"no systemd runs for this account now. Run `sudo loginctl enable-linger {user}`, log in anew (with `su` "
            "there is none), then run this again"
        )
        raise ServiceUnsupported(reason=reason)


def _require_ours(plan: Plan, kind: ModuleType, files: Iterable[File]) -> None:
    houses = {kind.home_of(text) for file in files if file.path.suffix != ".timer" and (text := _content(file.path))}
    others = sorted(houses - {str(plan.home), ""})
    if others:
        raise ServiceOfOtherHouse(home=others[0])


def _notes(plan: Plan, kind: ModuleType, now: datetime) -> tuple[str, ...]:
    night, over = plan.nights(now)[0].astimezone(), f"{plan.morning:%H:%M}"
    told = [f"The next night begins on {night:%Y-%m-%d at %H:%M}; what still runs at {over} is ended."]
    if kind is launchd:
        wake = f"{night - 2 * EARLIER:%H:%M:%S}"
        told.append(f"A Mac that sleeps is not woken: `sudo pmset repeat wakeorpoweron MTWRFSU {wake}` has it woken.")
    elif not Path("/var/lib/systemd/linger", os.environ.get("USER", "")).is_file():
        told.append("It runs while you are logged in; `loginctl enable-linger` has it run from boot on.")
    return tuple(told)


def _content(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def _write(file: File) -> None:
    """Whole or not at all, for this account alone: the environment may hold keys."""
    file.path.parent.mkdir(parents=True, exist_ok=True)
    draft = file.path.with_name(f".{file.path.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(file.content)
    os.replace(draft, file.path)


def _run(command: list[str], *, must: bool = True) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ServiceFailed(command=" ".join(command), said=exc) from exc
    if done.returncode and must:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise ServiceFailed(command=" ".join(command), said=said[-1])
    return done.returncode == 0
