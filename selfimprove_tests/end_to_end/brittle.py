"""Services that do next to nothing: python -m selfimprove_tests.end_to_end.brittle up AT_ONCE WAIT …, in seconds.

A service ends with exit code 7 while there is a file in the state folder that is called by its name: "gateway.ends".
"""

import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from selfimprove import cli, code_server, keep_up, stack
from selfimprove.settings import current

HERE = "selfimprove_tests.end_to_end.brittle"


class Web(BaseHTTPRequestHandler):
    """Says yes to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def serve(name: str) -> None:
    if name == "webserver":
        server = HTTPServer(("127.0.0.1", current().port), Web)
        Thread(target=server.serve_forever, daemon=True).start()
    calls = socket.socket(socket.AF_UNIX)
    if name == "code-server":
        address = code_server.address(current().home)
        address.unlink(missing_ok=True)
        calls.bind(str(address))
        calls.listen()
    while not (current().home / f"{name}.ends").exists():
        time.sleep(0.02)
    sys.exit(7)


def up(at_once: float, *waits: float) -> None:
    keep_up.AT_ONCE, keep_up.WAITS = at_once, waits
    stack.SERVICES.update({name: (HERE, name) for name in stack.SERVICES})
    cli.main(["up"])


if __name__ == "__main__":
    up(*map(float, sys.argv[2:])) if sys.argv[1] == "up" else serve(sys.argv[1])
