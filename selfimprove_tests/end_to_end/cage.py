"""A house in a network namespace of its own that has loopback and no way out, or behind the guard alone without one.

    unshare --net --mount python -m selfimprove_tests.end_to_end.cage HOME night
    python -m selfimprove_tests.end_to_end.cage HOME night

The guard sees what Python asks for. In the namespace the kernel counts what finds no route too, whoever asked: a name
server that can be reached by no route is put in the place of the machine's. Prints what was done and what was tried.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from selfimprove_tests.end_to_end.forging import forge
from selfimprove_tests.end_to_end.house import House

GUARD = Path(__file__).with_name("guard")
NAME_SERVER = "192.0.2.53"  # of a network for documentation
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41
LITTLE = ("--set", "lora_adapter.steps=1", "--set", "training_dataset.replay=20")  # every room is entered all the same
REFUSED = {"rejected": 3, "not_enough_evidence": 4}  # and the exit code that tells it
LONGEST = 900  # seconds: much more than it takes, for a machine with much else to do
PLANTED = {
    "connect": "import socket; socket.create_connection(('192.0.2.1', 443), 2)",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "connect6": "import socket; socket.create_connection(('2001:db8::1', 443), 2)",
    "name": "import socket; socket.getaddrinfo('telemetry.example.org', 443)",
    "http": "import httpx; httpx.get('https://telemetry.example.org', timeout=2)",
    "native": "import psycopg; psycopg.connect('host=192.0.2.1 connect_timeout=2')",
    "native-name": "import psycopg2; psycopg2.connect('host=telemetry.example.org connect_timeout=2')",
    "loopback": "import socket; socket.create_server(('127.0.0.1', 0))",
}


def main(home: str, what: str, namespace: str) -> None:
    log = Path(home).parent / "egress.jsonl"
    os.environ |= {"PYTHONPATH": str(GUARD), "EGRESS_LOG": str(log)}
    if namespace == "namespace":
        close_off(Path(home).parent)
    before = no_route()
    done = spend(Path(home)) if what == "night" else plant(what)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    tried = [line for line in lines if line["event"] != "start"]
    started = sorted({" ".join(line["process"]) for line in lines if line["event"] == "start"})
    print(json.dumps({"done": done, "tried": tried, "no_route": no_route() - before, "started": started}))


def close_off(folder: Path) -> None:
    """Loopback up, and names asked of a server that is nowhere; both in this namespace alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
    names = folder / "resolv.conf"
    names.write_text(f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", names, os.path.realpath("/etc/resolv.conf")], check=True)


def no_route() -> int:
    """How often something in this namespace wanted to go where no route leads."""
    head, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(head, values, strict=True))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))


def spend(home: Path) -> dict[str, Any]:
    """A short night by itself; then, with everything up, attempts to promote what it refused."""
    house = House(home)
    try:
        night = house.start("night", "--sample", "--json", *LITTLE)
        out, err = night.communicate(timeout=LONGEST)
        told = {"exit_code": night.returncode, **json.loads(out or "{}"), "said": err[-2000:]}
        house.up()
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/server_info", timeout=60) as answer:
            told["web"] = answer.status
        if told.get("outcome") in REFUSED:
            told["forged"] = forge(house, told["run_id"])
    finally:
        house.close()
    return told


def plant(what: str) -> dict[str, Any]:
    """A child process tries to get out."""
    child = subprocess.run([sys.executable, "-c", PLANTED[what]], capture_output=True, text=True, timeout=60)
    return {"exit_code": child.returncode, "said": child.stderr[-500:]}


if __name__ == "__main__":
    main(*sys.argv[1:])
