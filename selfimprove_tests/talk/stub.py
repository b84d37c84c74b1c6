"""A gateway of its own kind: real HTTP and real events, with answers from a list; it remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHALLENGER, CHAMPION = "c" * 64, "a" * 64
MODELS = ["selfimprove", "tiny", CHAMPION, CHALLENGER]


@dataclass
class Stub:
    """What it says next, and what it heard; `gate` holds an answer back after its first piece while it is closed."""

    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    called: list[str | None] = field(default_factory=list)
    reactions: list[dict[str, Any]] = field(default_factory=list)
    models: list[str] = field(default_factory=lambda: list(MODELS))
    gate: threading.Event = field(default_factory=threading.Event)
    broke_off: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    port: int = 0


class Handler(BaseHTTPRequestHandler):
    """Its routes."""

    protocol_version = "HTTP/1.1"
    stub: Stub

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": name} for name in self.stub.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/v1/feedback":
            self.stub.reactions.append(body)
            self._json(200, {"status": "kept"})
            return
        self.stub.asked.append(body)
        self.stub.called.append(self.headers.get("x-selfimprove-chat"))
        answer = self.stub.answers.pop(0) if self.stub.answers else ["Hello."]
        if isinstance(answer, int):
            self._json(answer, {"error": {"message": "No model answers now.", "type": "server_error"}})
        else:
            self._stream(answer, body["model"])

    def _stream(self, pieces: list[str], model: str) -> None:
        number = len(self.stub.asked)
        self.send_response(200)
        slot = {"selfimprove": CHAMPION, "tiny": "base"}.get(model, model)
        named = {"completion": f"chatcmpl-{number}", "chat": f"{number:032x}", "adapter": slot}
        for name, value in {"content-type": "text/event-stream", "connection": "close"}.items():
            self.send_header(name, value)
        for name, value in named.items():
            self.send_header(f"x-selfimprove-{name}", value)
        self.end_headers()
        try:
            for at, piece in enumerate(pieces):
                self._piece(piece)
                if at == 0 and not self.stub.gate.wait(20):
                    return
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.stub.broke_off.set()

    def _piece(self, piece: str) -> None:
        if piece == "!error":
            self._event({"error": {"message": "It fell over.", "type": "server_error"}})
        elif piece == "!unkept":
            self.wfile.write(b": this exchange is not kept\n\n")
        else:
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})

    def _event(self, value: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n")
        self.wfile.flush()

    def _json(self, status: int, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving() -> Iterator[Stub]:
    """A stub on a free port, with its gate open."""
    stub = Stub()
    stub.gate.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"stub": stub}))
    server.daemon_threads = True
    stub.port = server.server_address[1]
    stub.address = f"http://127.0.0.1:{stub.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
