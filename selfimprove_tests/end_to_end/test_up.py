"""`selfimprove up` as a person uses it: real webserver, real daemon, and nothing left behind."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

from selfimprove import dagster_webserver, logins, postgres
from selfimprove_tests.end_to_end.house import House

WHO_ASKS = """
select usename as name from pg_stat_activity
where datid is not null and usesysid is not null and pid <> pg_backend_pid()
"""


def who_asks(house: House) -> set[str]:
    """Roles of those who are seen at the database: Dagster connects for a moment each time."""
    seen: set[str] = set()
    with postgres.connect(postgres.login(house.home, logins.OWNER), autocommit=True) as connection:
        while not seen:
            seen = {row["name"] for _ in range(100) for row in connection.execute(WHO_ASKS)}
    return seen


class OnSocket(http.client.HTTPConnection):
    """To Dagster's own server, past the gateway."""

    def __init__(self, house: House) -> None:
        super().__init__("localhost", timeout=60)
        self._path = os.path.relpath(house.home / dagster_webserver.SOCKET)  # a socket's path has an end

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def changes(self, headers: dict[str, str]) -> str:
        """What becomes of a request that would change something."""
        query = json.dumps({"query": "mutation {reloadWorkspace {__typename}}"})
        url = f"{dagster_webserver.PREFIX}/graphql"
        self.request("POST", url, query, {"Content-Type": "application/json", **headers})
        found = json.load(self.getresponse())
        return str(found["data"]["reloadWorkspace"]["__typename"])


def services(house: House) -> dict[str, int]:
    """Pids of those that are up."""
    return {name: service["pid"] for name, service in house.status()["services"].items() if service["up"]}


def of_services(house: House) -> dict:
    return next(one for one in json.loads(house.run("doctor", "--json").stdout) if one["check"] == "services")


def assert_the_lineage_is_served(house: House) -> None:
    query = json.dumps({"query": "{assetNodes {assetKey {path}}}"}).encode()
    request = urllib.request.Request(
        f"{house.status()['url']}/graphql", query, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        nodes = json.load(answer)["data"]["assetNodes"]
    assert len(nodes) == 9
    with closing(OnSocket(house)) as dagster:
        assert dagster.changes({}) == "UnauthorizedError"
        assert dagster.changes({dagster_webserver.MAY_CHANGE: "no"}) == "UnauthorizedError"
        assert dagster.changes({dagster_webserver.MAY_CHANGE: "yes"}) == "Workspace"
    assert who_asks(house) <= {"pipeline", "gateway"}


def assert_who_dies_comes_back_beside_the_others(house: House) -> None:
    before, killed = services(house), {"code-server", "daemon", "gateway"}
    for name in killed:
        os.kill(before[name], signal.SIGKILL)
    until = time.monotonic() + 90
    while len(now := services(house)) < len(before) or any(now[name] == before[name] for name in killed):
        assert time.monotonic() < until, f"{before} became {now}"
    assert (now["webserver"], now["postgres"]) == (before["webserver"], before["postgres"])
    while not (found := of_services(house))["ok"]:  # a code server takes calls when it has loaded the definitions
        assert time.monotonic() < until, found
    alerts = json.loads(house.run("reports", "alerts", "--json").stdout)
    assert {alert["asset"] for alert in alerts} == killed


def test_a_house_that_is_up_serves_outlives_its_services_and_leaves_nothing_after_ctrl_c(house: House) -> None:
    process = house.up()
    assert set(services(house)) == {"postgres", "code-server", "webserver", "daemon", "gateway"}
    assert_the_lineage_is_served(house)
    assert sum("api grpc" in line for line in house.processes()) == 1, "one for all who ask"
    assert_who_dies_comes_back_beside_the_others(house)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert process.stderr is not None
    said = process.stderr.read()
    for name in ("code-server", "daemon", "gateway"):
        assert f"{name} stopped by itself with exit code -9; it is started again" in said
    assert house.processes() == []
    assert house.status()["services"]["postgres"]["up"] is False


def test_after_kill_9_the_next_up_is_clean_and_doctor_tells_what_is_left(house: House) -> None:
    process = house.up()
    process.kill()
    process.wait()
    again = house.up()
    assert all(service["up"] for service in house.status()["services"].values())
    assert len([line for line in house.processes() if "dagster_webserver" in line and "-w" in line]) == 1
    alive = services(house)
    for pid in (again.pid, alive["gateway"], alive["daemon"]):
        os.kill(pid, signal.SIGKILL)
    again.wait()
    found = of_services(house)
    assert (found["ok"], found["next_step"]) == (False, "selfimprove down")
    assert found["detail"] == "left over by a killed `selfimprove up`: code-server, webserver; gone: gateway, daemon"
    assert house.run("down").returncode == 0
    assert house.processes() == []
    assert (of_services(house)["ok"], of_services(house)["detail"]) == (True, "down")


def test_a_taken_port_is_one_clear_line(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        done = house.run("up")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Port {house.port} is taken by ")
    assert f"SELFIMPROVE_PORT={house.port + 1} selfimprove up" in done.stderr


def test_env_makes_plain_dagster_work(house: House) -> None:
    exports = house.run("env").stdout
    script = f"{exports}\n{sys.executable} -W ignore -m dagster asset list --select '*'"
    started = time.monotonic()
    done = subprocess.run(["bash", "-c", script], env=house.environment, capture_output=True, text=True)
    assert "promoted_adapter" in done.stdout, f"{done.stderr} after {time.monotonic() - started:.0f} s"


def test_doctor_names_every_check_and_status_starts_nothing(house: House) -> None:
    findings = json.loads(house.run("doctor", "--json").stdout)
    assert {"check", "ok", "detail", "next_step"} == set(findings[0])
    assert {"python", "disk", "compiler", "matrices", "database", "keys", "base_model", "embeddings"} <= {
        finding["check"] for finding in findings
    }
    assert house.status()["last_night"] is None
    assert not (house.home / "postgres").exists()


def test_ctrl_c_before_it_is_up_leaves_nothing_either(house: House) -> None:
    process = house.start("up")
    until = time.monotonic() + 60
    while not any("api grpc" in line for line in house.processes()) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert house.processes() == []
