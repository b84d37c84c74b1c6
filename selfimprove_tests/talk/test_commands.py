"""`selfimprove chat` as programs use it, and at a real terminal."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from selfimprove_tests.talk.stub import CHAMPION, Stub

COMMAND = [sys.executable, "-m", "selfimprove", "chat"]


@pytest.fixture
def environment(stub: Stub, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "SELFIMPROVE_HOME": str(tmp_path / "house"), "TERM": "xterm",
        "SELFIMPROVE_GATEWAY_PORT": str(stub.port), "LANG": "C.UTF-8", "EDITOR": str(_editor(tmp_path)),
    }  # fmt: skip


def _editor(folder: Path) -> Path:
    """An editor that replaces what it is given."""
    editor = folder / "my editor"
    editor.write_text('#!/bin/sh\nstat -c %a "$1" > "$HOME/mode"\necho "At half past ten." > "$1"\n')
    editor.chmod(0o755)
    link = folder / "editor"
    link.symlink_to(editor)
    return link


def run(environment: dict[str, str], *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], input=said, capture_output=True, text=True, env=environment, check=False
    )


def test_piped_it_prints_the_answer_alone(environment: dict[str, str], stub: Stub) -> None:
    stub.answers = [["\x1b[2JAt ", "ten."]]
    done = run(environment, said="What is\nmy bedtime?\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[2JAt ten.\n", "")
    assert stub.asked[0]["messages"] == [{"role": "user", "content": "What is\nmy bedtime?"}]


def test_as_json_with_options(environment: dict[str, str], stub: Stub) -> None:
    stub.answers = [["At \x1bten.", "!unkept"]]
    done = run(environment, "When?", "--json", "--temperature", "0", "--max-tokens", "9", "--system", "Be brief.")
    assert json.loads(done.stdout) == {
        "answer": "At \x1bten.", "completion": "chatcmpl-1", "chat": f"{1:032x}", "adapter": CHAMPION,
        "finish_reason": "stop", "kept": False,
    }  # fmt: skip
    assert "\x1b" not in done.stdout
    assert "not kept" in done.stderr
    assert (stub.asked[0]["temperature"], stub.asked[0]["max_tokens"]) == (0.0, 9)
    assert stub.asked[0]["messages"][0] == {"role": "system", "content": "Be brief."}


def test_failures_have_an_exit_code_and_a_sentence(environment: dict[str, str], stub: Stub) -> None:
    stub.answers = [503]
    refused = run(environment, said="hi")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: The gateway refused (503): No model answers now.\n"
    down = run({**environment, "SELFIMPROVE_GATEWAY_PORT": "1"}, said="hi")
    assert (down.returncode, down.stdout) == (1, "")
    assert "Start it with `selfimprove up`" in down.stderr
    empty = run(environment, said=" \n")
    assert (empty.returncode, "There is no question" in empty.stderr) == (2, True)


class Terminal:
    """A program at a pseudo-terminal, as a person sees it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._own, theirs = pty.openpty()
        self.process = subprocess.Popen(
            COMMAND, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
            preexec_fn=_control,
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._own, text.encode())

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """What came up to this text; it is taken away."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self._own], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{text!r} did not come; this did: {self.seen!r}"
            self.seen += os.read(self._own, 4096).decode()
        before, _, self.seen = self.seen.partition(text)
        return before

    def interrupt(self, text: str) -> None:
        """Ctrl-C until this comes: one that meets the program on its way to wait for keys is seen at the next key."""
        for _ in range(20):
            self.type("\x03")
            with suppress(AssertionError):
                self.wait_for(text, 1)
                return
        raise AssertionError(f"{text!r} did not come")

    def end(self) -> int:
        with suppress(OSError):
            while os.read(self._own, 4096):
                pass
        os.close(self._own)
        return self.process.wait(10)


def _control() -> None:
    """Make the terminal on standard input this session's own, so that its Ctrl-C is a signal, as a shell would: what
    runs in a shell's background, these tests perhaps, ignores that signal, and so do its children.
    """
    import fcntl
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    terminal = Terminal(environment)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
        terminal.process.wait()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_at_a_terminal(terminal: Terminal, stub: Stub, tmp_path: Path) -> None:
    terminal.wait_for("you> ")
    stub.answers = [["At\x1b[31m ", "ten."], ["It is a long ", "story."], ["Short."]]
    terminal.type("What is \\\rmy bedtime?\r")
    answer = terminal.wait_for("At[31m ten.")
    assert "\x1b[31m" not in answer
    assert stub.asked[0]["messages"][0]["content"] == "What is \nmy bedtime?"

    terminal.wait_for("you> ")
    stub.gate.clear()
    terminal.type("Tell me more.\r")
    terminal.wait_for("It is a long ")
    terminal.interrupt("Stopped.")
    stub.gate.set()

    terminal.wait_for("you> ")
    terminal.type('"""\rShorter,\rplease.\r"""\r')
    terminal.wait_for("Short.")
    assert stub.asked[2]["messages"][-1]["content"] == "Shorter,\nplease."

    terminal.wait_for("you> ")
    terminal.type("/fix\r")
    terminal.wait_for("Noted.")
    assert stub.reactions == [{"id": "chatcmpl-3", "correction": "At half past ten."}]
    assert (tmp_path / "mode").read_text() in ("600\n", "644\n")

    terminal.wait_for("you> ")
    terminal.type("/compare\r")
    table = re.sub(r"\x1b\[[0-9;]*m", "", terminal.wait_for("you> "))
    assert "adapter aaaaaaaaaaaa" in table
    assert "adapter cccccccccccc" in table
    terminal.type("nonsense")  # echoed, so that it is being read
    terminal.wait_for("nonsense")
    terminal.interrupt("/quit or Ctrl-D ends.")
    terminal.wait_for("you> ")
    terminal.type("\x04")
    assert terminal.end() == 0
