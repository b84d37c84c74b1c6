"""The official JavaScript client, unchanged, from npm."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import gettempdir

import pytest

from selfimprove_tests.gateway.served import ADAPTER, Served, serving

FILES = Path(__file__).parent / "javascript"


@pytest.fixture(scope="module")
def script() -> Path:
    """The script beside its installed package, which stays for the next time."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not here")
    lock = (FILES / "package-lock.json").read_bytes()
    folder = Path(gettempdir()) / f"selfimprove-npm-{os.getuid()}-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in FILES.iterdir():
        shutil.copy(file, folder)
    if not (folder / "node_modules" / "openai" / "package.json").exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"npm cannot install the client: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return folder / "talk.mjs"


def test_the_javascript_client(script: Path, tmp_path: Path) -> None:
    served = Served(tmp_path)
    with serving(served.app) as url:
        done = subprocess.run(["node", str(script), url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["texts"] == ["adad: how are you "] * 2
    assert found["chat"] in {kept.thread.chat_id for kept in served.notebook.kept}
    assert found["request"]
    assert (found["text"], found["usage"]["total_tokens"]) == ("adad: how are you ", 11)
    assert found["token"] == "adad:"
    assert found["call"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
    assert found["vectors"] == [[1, 0], [3, 0]]
    assert found["models"] == ["selfimprove", "tiny", ADAPTER]
    assert found["failed"] == [
        ["NotFoundError", 404, "model_not_found"], ["BadRequestError", 400, "invalid_value"],
        ["InternalServerError", 503, "model_unavailable"],
    ]
    assert len(served.notebook.kept) == 5, "four answers, and one that nobody gave"
