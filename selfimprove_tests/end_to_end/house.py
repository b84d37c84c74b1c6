"""A house as a person has it: its own state folder and embedded database, driven through the command line."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A state folder of its own with an embedded database, driven through the command line."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.gateway_port = home, _free_port(), _free_port()
        self.started: list[subprocess.Popen[str]] = []
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("SELFIMPROVE_", "DAGSTER_"))}
        ports = {"SELFIMPROVE_PORT": str(self.port), "SELFIMPROVE_GATEWAY_PORT": str(self.gateway_port)}
        self.environment = clean | {"SELFIMPROVE_HOME": str(home), **ports}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "selfimprove", *arguments], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def close(self) -> None:
        """Stop everything, and read what it still had to say; pytest shows the logs' ends of a test that failed."""
        for log in sorted(self.home.glob("logs/*.log")):
            lines = log.read_text(errors="replace").splitlines()[-20:]
            print(f"{log.name}:", *lines, sep="\n", file=sys.stderr)
        self.run("down")
        for process in self.started:
            with process:
                process.communicate(timeout=60)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def up(self) -> subprocess.Popen[str]:
        process = self.start("up")
        assert process.stderr is not None
        assert "Dagster is at" in process.stderr.readline()
        return process

    def status(self) -> dict:
        return json.loads(self.run("status", "--json").stdout)

    def processes(self) -> list[str]:
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            mine = (process.info["environ"] or {}).get("SELFIMPROVE_HOME") == str(self.home)
            in_home = str(self.home) in " ".join(process.info["cmdline"] or [])
            if (mine or in_home) and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.info["cmdline"] or []))
        return found
