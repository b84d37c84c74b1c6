"""Installing twice changes nothing, uninstalling leaves nothing, and refusals say what to do."""

import json
import os
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove import settings as settings_
from selfimprove.errors import ServiceFailed, ServiceOfOtherHouse, ServiceUnsupported
from selfimprove.service import commands, install, launchd, systemd
from selfimprove.service.plan import Plan, plan

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MANAGER = """#!/bin/sh
# A manager that remembers what it was told: "active" holds a file for each unit that runs.
echo "$(basename "$0") $*" >> "$STATE/calls"
[ -e "$STATE/refuses" ] && { echo "Access denied" >&2; exit 1; }
for last; do :; done
case "$*" in
    *show-environment*) [ ! -e "$STATE/absent" ] ;;
    *is-active*|print*) [ -e "$STATE/active/$(basename "$last" .plist)" ] ;;
    *is-failed*) [ -e "$STATE/failed/$last" ] ;;
    *reset-failed*) rm -f "$STATE/failed/$last" ;;
    *restart*|bootstrap*) touch "$STATE/active/$(basename "$last" .plist)" ;;
    *"disable --now"*|bootout*) rm -f "$STATE/active/$(basename "$last")" ;;
esac
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a manager of services, and nothing installed."""
    bin, state = tmp_path / "bin", tmp_path / "state"
    for name in ("active", "failed"):
        (state / name).mkdir(parents=True)
    bin.mkdir()
    for name in ("systemctl", "launchctl"):
        (bin / name).write_text(MANAGER)
        (bin / name).chmod(0o755)
    monkeypatch.setenv("STATE", str(state))
    monkeypatch.setenv("PATH", f"{bin}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path / "house"))
    settings_.current.cache_clear()
    return state


def _plan(**more: str) -> Plan:
    return plan(settings_.read({**os.environ, **more}), {**os.environ, **more}, time(7))


def _calls(state: Path) -> list[str]:
    calls = state / "calls"
    told = calls.read_text().splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    asks = ("is-active", "is-failed", "show-environment", " print ")
    return [line for line in told if not any(ask in line for ask in asks)]


def test_systemd_starts_what_changed_and_nothing_else(state: Path) -> None:
    done = install.install(_plan(), NOW, systemd)
    assert [path.name for path in done.changed] == [
        "selfimprove.service", "selfimprove-night.service", "selfimprove-night.timer", "selfimprove-morning.service",
        "selfimprove-morning.timer",
    ]  # fmt: skip
    assert _calls(state) == [
        "systemctl --user daemon-reload",
        *(
            f"systemctl --user {verb} {unit}"
            for unit in ("selfimprove.service", "selfimprove-night.timer", "selfimprove-morning.timer")
            for verb in ("enable", "restart")
        ),
    ]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in done.files)
    assert install.install(_plan(), NOW, systemd).changed == ()
    assert _calls(state) == []


def test_another_setting_changes_what_carries_it(state: Path) -> None:
    install.install(_plan(), NOW, systemd)
    _calls(state)
    done = install.install(_plan(SELFIMPROVE_CRON="0 3 * * *"), NOW, systemd)
    assert "selfimprove-night.timer" in {path.name for path in done.changed}
    assert "selfimprove-morning.timer" not in {path.name for path in done.changed}
    assert "systemctl --user restart selfimprove.service" in _calls(state)


def test_what_died_is_started_again(state: Path) -> None:
    install.install(_plan(), NOW, systemd)
    _calls(state)
    (state / "active" / "selfimprove-night.timer").unlink()
    assert install.install(_plan(), NOW, systemd).changed == ()
    assert _calls(state)[-1] == "systemctl --user restart selfimprove-night.timer"


def test_launchd_loads_anew_what_changed(state: Path) -> None:
    install.install(_plan(), NOW, launchd)
    domain = f"gui/{os.getuid()}"
    agents = [file.path for file in launchd.files(_plan(), NOW)]
    assert _calls(state) == [
        f"launchctl {call}"
        for path in agents
        for call in (f"bootout {domain}/{path.stem}", f"bootstrap {domain} {path}")
    ]
    assert install.install(_plan(), NOW, launchd).changed == ()
    assert _calls(state) == []


@pytest.mark.parametrize("kind", [systemd, launchd])
def test_uninstalled_nothing_is_left(state: Path, kind: object) -> None:
    done = install.install(_plan(), NOW, kind)  # type: ignore[arg-type]
    assert install.uninstall(_plan(), NOW, kind).changed == done.files  # type: ignore[arg-type]
    assert not any(path.exists() for path in done.files)
    assert list((state / "active").iterdir()) == []
    assert install.uninstall(_plan(), NOW, kind).changed == ()  # type: ignore[arg-type]


def test_another_houses_services_are_left_alone(state: Path, tmp_path: Path) -> None:
    install.install(_plan(SELFIMPROVE_HOME=str(tmp_path / "other")), NOW, systemd)
    for verb in (install.install, install.uninstall):
        with pytest.raises(ServiceOfOtherHouse, match=rf"'{tmp_path}/other' selfimprove service uninstall"):
            verb(_plan(), NOW, systemd)


def test_without_a_systemd_of_the_account_the_next_step_is_named(state: Path) -> None:
    (state / "absent").touch()
    with pytest.raises(ServiceUnsupported, match=r"sudo loginctl enable-linger"):
        install.install(_plan(), NOW, systemd)
    assert not systemd.folder().exists()


def test_what_the_system_said_is_told(state: Path) -> None:
    (state / "refuses").touch()
    with pytest.raises(ServiceFailed, match=r"refused `launchctl bootstrap .*` \(Access denied\)"):
        install.install(_plan(), NOW, launchd)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands.service, arguments)


@pytest.fixture
def linux(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    return state


def test_the_commands(linux: Path) -> None:
    dry = invoke("install", "--dry-run")
    assert "ExecStart=" in dry.stdout
    assert not systemd.folder().exists()
    assert {row["installed"] for row in json.loads(invoke("status", "--json").stdout)} == {False}
    assert "not installed; `selfimprove service install` does" in invoke("status").stdout
    first = invoke("install", "--morning", "06:15")
    assert "what still runs at 06:15 is ended" in first.stdout
    assert invoke("install").stdout == "Nothing changed.\n"
    rows = json.loads(invoke("status", "--json").stdout)
    assert {(row["installed"], row["current"], row["running"]) for row in rows} == {(True, True, True)}
    assert invoke("uninstall", "--dry-run").stdout.count("Would be removed: ") == 5
    assert len(json.loads(invoke("uninstall", "--json").stdout)["removed"]) == 5
    assert invoke("uninstall").stdout == "Nothing was installed.\n"


def test_status_tells_of_settings_that_have_changed(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("install")
    monkeypatch.setenv("SELFIMPROVE_PORT", "3100")
    settings_.current.cache_clear()
    told = invoke("status").stdout
    assert "selfimprove.service: runs; settings have changed, install it again" in told
    assert "selfimprove-night.timer: runs\n" in told


def test_status_tells_what_failed_when_its_timer_started_it(linux: Path) -> None:
    """As where there is no logind, which would keep the machine awake."""
    invoke("install")
    failed = linux / "failed" / "selfimprove-night.service"
    failed.touch()
    rows = json.loads(invoke("status", "--json").stdout)
    assert [Path(row["file"]).name for row in rows if not row["running"]] == [failed.name]
    assert f"does not run, or did not do its work; `systemctl --user status {failed.name}`" in invoke("status").stdout
    invoke("uninstall")
    assert not failed.exists()


def test_a_morning_without_a_night(linux: Path) -> None:
    assert invoke("morning").stdout == "No night was under way.\n"
