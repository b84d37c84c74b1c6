"""What the doctor says of the roles, on a server where they may be made and on one where they may not."""

import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg
import pytest
from psycopg import conninfo

from selfimprove import doctor, logins, postgres, stack
from selfimprove.gateway import losses, remembered, tokens
from selfimprove.gateway.plan import Plan
from selfimprove.privacy import waiting
from selfimprove.privacy.vault import Vault, path_of
from selfimprove.promotion.promote import promote
from selfimprove.settings import Settings, private
from selfimprove_tests.conftest import _at, _execute
from selfimprove_tests.promotion.house import House, damage, promotable


def of_roles(settings: Settings) -> doctor.Finding:
    return next(finding for finding in doctor._roles(settings))


def test_roles_that_are_there_are_named(settings: Settings) -> None:
    found = of_roles(settings)
    assert (found.ok, found.detail) == (True, "gateway, pipeline, reviewer, analyst")


def test_what_an_administrator_must_run_is_one_clear_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "ROLES", (*logins.ROLES, "gardener"))
    found = of_roles(settings)
    assert found.ok
    assert "missing: gardener" in found.detail
    assert f"psql -f {postgres.SQL / 'roles.sql'}" in found.detail


def test_a_copy_of_the_keys_that_was_left_behind_is_named(settings: Settings) -> None:
    Vault.open(settings.home)
    [found] = doctor._keys(settings)
    assert found.ok
    left = path_of(settings.home).with_name("vault.json.0a1b2c3d")
    left.touch()
    [found] = doctor._keys(settings)
    assert not found.ok
    assert str(left) in found.detail


def test_a_backup_of_the_keys_is_named_and_nobody_is_told_to_exchange_them(settings: Settings) -> None:
    Vault.open(settings.home)
    path_of(settings.home).with_name("vault.json.bak").touch()
    [found] = doctor._keys(settings)
    assert found.ok
    assert "vault.json.bak" in found.detail
    assert "rotate-key" not in str(found)


def test_receipts_whose_files_may_still_be_there_are_counted(settings: Settings) -> None:
    [found] = doctor._forgotten(settings)
    assert found.ok
    with postgres.connect(str(settings.database_url)) as connection:
        connection.execute(
            "insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs)"
            " values ('r', 'chat', '', '{}', '{}', '{}', '{}')"
        )
    [found] = doctor._forgotten(settings)
    assert (found.ok, found.detail) == (False, "1 receipts of what files may still hold")


def test_a_database_that_an_update_has_not_reached_yet_is_one_finding(settings: Settings) -> None:
    with postgres.connect(str(settings.database_url)) as connection:
        connection.execute("alter table receipts drop column given_back_at")
    [found] = doctor._guarded(doctor._forgotten, settings)
    assert not found.ok
    assert "`selfimprove up`" in found.detail


@pytest.fixture
def tenant(server: str) -> Iterator[str]:
    """URL of an empty database whose owner may neither make roles nor anything outside of it."""
    name, password = f"tenant_{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    _execute(server, f"create role {name} login password '{password}'")
    _execute(server, f"create database {name} owner {name} encoding 'utf8' template template0")
    with psycopg.connect(_at(server, name)) as connection:
        connection.execute("create extension vector with schema public")  # pgvector is an administrator's to install
    parts = conninfo.conninfo_to_dict(_at(server, name))
    yield conninfo.make_conninfo(**{**parts, "user": name, "password": password, "passfile": "/dev/null"})
    _execute(server, f"drop database {name} with (force)")
    _execute(server, f"drop role {name}")


@pytest.mark.usefixtures("template")  # it makes the roles
def test_a_login_that_may_make_no_roles_migrates_and_grants_to_those_there_are(
    tenant: str, settings: Settings
) -> None:
    assert len(postgres.migrate(tenant)) > 3
    assert postgres.migrate(tenant) == []
    with postgres.connect(tenant) as connection:
        row = connection.execute("select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user")
        assert row.fetchone() == {"may": False}
        assert all(role["granted"] for role in postgres.roles(connection).values())
    assert of_roles(replace(settings, database_url=tenant)).ok


@pytest.mark.usefixtures("template")
def test_without_roles_everything_is_migrated_all_the_same(tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "ROLES", ("gardener",))
    assert len(postgres.migrate(tenant)) > 3
    with postgres.connect(tenant) as connection:
        assert postgres.roles(connection) == {}
        assert connection.execute("select 1 from migrations where name = 'grants.sql'").fetchone() is None


@pytest.mark.parametrize(
    ("scopes", "guests"),
    [
        ([], False),  # whoever is at this machine is the owner
        ([("chat", "feedback"), ("chat",)], True),
        ([("chat", "feedback"), ("chat", "review")], False),
        ([("admin",)], False),
    ],
)
def test_a_house_in_which_everybody_is_a_guest_is_told_so(
    settings: Settings, connection: postgres.Connection, scopes: list[tuple[str, ...]], guests: bool
) -> None:
    gone, _ = tokens.add(connection, "revoked", ("review",))
    tokens.revoke(connection, gone)
    for number, of in enumerate(scopes):
        tokens.add(connection, f"phone {number}", of)
    tokens.remember(connection, settings.home)
    found = [one for one in doctor.examine(settings) if one.check == "owner"]
    assert [one.ok for one in found] == [False] * guests
    assert all("no client counts as the owner's" in str(one) and "--scope review" in str(one) for one in found)


def test_a_damaged_champion_is_found(settings: Settings, connection: postgres.Connection) -> None:
    house = House(connection, settings.home)
    adapter_id, report_id = promotable(house, "first")
    promote(connection, report_id, "run")
    connection.commit()
    [found] = doctor._champion(settings)
    assert (found.ok, found.detail) == (True, adapter_id)
    damage(house, adapter_id)
    [found] = doctor._champion(settings)
    assert not found.ok
    assert found.next_step == "selfimprove promotion rollback"


@pytest.fixture
def apart(settings: Settings) -> Settings:
    """With a port for the gateway at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return replace(settings, gateway_port=probe.getsockname()[1])


@contextmanager
def listener(settings: Settings, status: int, body: bytes) -> Iterator[None]:
    """Somebody who says the same to everything at the gateway's port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", settings.gateway_port), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "ok", "detail"),
    [
        (200, {"status": "ok", "detail": ""}, True, "it answers"),
        (503, {"status": "unavailable", "detail": "no model"}, False, "no model"),
        (503, {"status": "unavailable", "detail": ""}, False, "logs/gateway.log tells why"),
        (200, ["something else"], False, "is no gateway: stop it, or set SELFIMPROVE_GATEWAY_PORT"),
        (404, {"detail": "Not Found"}, False, "is no gateway"),
        (200, None, False, "is no gateway"),
    ],
)
def test_a_gateway_that_was_started_alone_is_asked(
    apart: Settings, status: int, body: object, ok: bool, detail: str
) -> None:
    with listener(apart, status, json.dumps(body).encode()):
        [gateway], [services] = doctor._gateway(apart), doctor._services(apart)
    assert (gateway.ok, detail in gateway.detail) == (ok, True)
    assert (services.ok, services.detail) == (True, "down, but for a gateway that was started alone")


def test_a_gateway_is_down_only_when_nobody_listens(apart: Settings) -> None:
    [found] = doctor._gateway(apart)
    assert (found.ok, found.detail) == (True, "down; `selfimprove up` starts it")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", apart.gateway_port))
        silent.listen()
        Thread(target=lambda: [silent.accept()[0].close() for _ in range(2)]).start()
        [found] = doctor._gateway(apart)
    assert not found.ok
    assert "it does not answer" in found.detail


def test_services_that_are_down_though_nobody_stopped_them_are_a_finding(apart: Settings) -> None:
    apart.home.mkdir()
    with stack._locked(apart) as state:
        stack._remember(state, [], 3000, ["daemon", "gateway"])
        [found] = doctor._services(apart)
        assert (found.ok, found.detail) == (False, "missing: daemon, gateway; to be started again")
    [found] = doctor._services(apart)
    assert (found.ok, found.detail) == (False, "down, though nobody stopped them: daemon, gateway")
    assert found.next_step.startswith("`selfimprove up`, or `selfimprove down` if they are to stay down")
    assert stack.down(apart) is False
    [found] = doctor._services(apart)
    assert (found.ok, found.detail) == (True, "down")


def test_services_whose_supervisor_was_killed_are_a_finding_with_their_port(apart: Settings) -> None:
    settings = apart
    [found] = doctor._services(settings)
    assert (found.ok, found.detail) == (True, "down")
    asleep = [sys.executable, "-c", "import time; time.sleep(600)", stack.where(settings, "daemon")]
    with subprocess.Popen(asleep) as service:
        row = {"name": "daemon", "pid": service.pid, "log": ""}
        settings.home.mkdir(parents=True, exist_ok=True)
        (settings.home / "stack.json").write_text(json.dumps({"pid": 1, "port": 4321, "services": [row]}))
        [found] = doctor._services(settings)
        service.kill()
    assert (found.ok, found.next_step) == (False, "selfimprove down")
    assert "daemon" in found.detail
    assert stack.port(settings) == 4321


def test_folders_that_others_can_open_are_a_finding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = private(settings.home / "reports")
    [found] = doctor._folders(settings)
    assert (found.ok, found.next_step) == (True, "chmod 700 ")
    reports.chmod(0o755)
    settings.home.chmod(0o711)
    [found] = doctor._folders(settings)
    assert (found.ok, found.next_step) == (False, f"chmod 700 {settings.home} {reports}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    embedded = replace(settings, database_url=None)  # its server has to get through the home
    [found] = doctor._folders(embedded)
    assert found.next_step == f"chmod 700 {reports}"
    reports.chmod(0o700)
    assert [found.ok for found in doctor._folders(embedded)] == [True]


def test_an_adapter_that_was_promoted_and_does_not_answer_is_a_finding(settings: Settings) -> None:
    def found() -> doctor.Finding:
        return next(doctor._voice(settings))

    assert (found().ok, found().detail) == (True, "nobody is refused")
    known = remembered.Remembered(7, "base", Plan(), {}, {})
    remembered.write(remembered.place(settings.home), known)
    assert found().ok
    remembered.write(remembered.place(settings.home), replace(known, refused="adapter abc is damaged"))
    assert (found().ok, found().detail) == (False, "adapter abc is damaged")
    remembered.place(settings.home).write_text("[]")
    assert found().ok


def test_exchanges_that_wait_are_told_and_those_that_are_lost_or_aside_are_a_finding(settings: Settings) -> None:
    def found() -> doctor.Finding:
        return next(doctor._exchanges(settings))

    private(settings.home)
    assert (found().ok, found().detail) == (True, "all are stored")
    private(waiting.folder_of(settings.home) / "aside")
    (waiting.folder_of(settings.home) / "000000000001.spool").write_bytes(bytes(2_000_000))
    assert (found().ok, found().detail) == (True, "2.0 MB wait for the database")
    long_ago = losses.Losses(settings.home, lambda: datetime(2026, 5, 4, tzinfo=UTC))
    long_ago.lose("the spool is full")
    assert found().ok
    assert "1 were not kept, the last at 2026-05-04T00:00:00+00:00 (the spool is full)" in found().detail
    losses.Losses(settings.home).lose("No space left on device")
    assert not found().ok
    assert "2 were not kept" in found().detail
    (settings.home / "gateway" / "not_kept.json").unlink()
    (waiting.folder_of(settings.home) / "aside" / "x.sealed").touch()
    assert not found().ok
