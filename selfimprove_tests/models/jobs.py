"""Jobs for the worker's tests: each behaves as `job["act"]` says."""

import os
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selfimprove.errors import AdapterMismatch
from selfimprove.models.serve import Log


def act(job: dict[str, Any], progress: Log) -> dict[str, Any]:
    """Echo, chat, sleep, fail or die."""
    if job["act"] == "echo":
        print("a library says hello on stdout")
        for step in range(3):
            progress({"step": step})
        return {"echo": job["text"]}
    if job["act"] == "pid":
        return {"pid": os.getpid()}
    if job["act"] == "finds":
        return {"finds": find_spec(job["module"]) is not None}
    if job["act"] == "sleep":
        Path(job["pid_file"]).write_text(str(os.getpid()))
        progress({"started": True})
        time.sleep(600)
    if job["act"] == "refuse":
        raise AdapterMismatch(folder="here", reason="it is for another model")
    if job["act"] == "die":
        sys.stderr.buffer.write(b"no text: \xff\xfe\nlast words\n")
        sys.stderr.flush()
        os.kill(os.getpid(), getattr(signal, job["signal"]))
    raise ValueError("nobody expects this")
