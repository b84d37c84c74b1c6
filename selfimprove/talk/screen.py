"""The terminal: where answers are shown and questions are typed."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from selfimprove.talk.visible import visible

PROMPT, MORE = "you> ", "...> "
BLOCK = '"""'


class Screen(Protocol):
    """Where a person sees and says things; a terminal, or a test's."""

    def show(self, piece: str) -> None:
        """A part of an answer, at once."""

    def note(self, text: str) -> None:
        """A line about what happened."""

    def read(self) -> str | None:
        """What somebody says, of one or several lines; None at the end."""

    def read_lines(self, what: str) -> str | None:
        """Lines up to one with a full stop alone, None when it was given up."""

    def edit(self, text: str) -> str | None:
        """The text as somebody leaves it, None when it was left as it was."""

    def confirm(self, question: str) -> bool:
        """Whether it is wanted."""

    def beside(self, columns: Iterable[tuple[str, str]]) -> None:
        """Texts side by side, each under its title."""


class Terminal:
    """The Screen of standard input and output."""

    def __init__(self) -> None:
        with suppress(ImportError):
            import readline  # noqa: F401  # gives input() its keys, its history, and pasted lines as one text

    def show(self, piece: str) -> None:
        """See Screen."""
        sys.stdout.write(visible(piece))
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """See Screen."""
        from rich.console import Console
        from rich.text import Text

        Console(highlight=False).print(Text(visible(text), style="dim"))

    def read(self) -> str | None:
        """A line; more of them after a backslash at its end, or between two lines of three quotation marks."""
        first = self._line(PROMPT)
        if first is None:
            return None
        if first.strip() == BLOCK:
            return self._until(BLOCK)
        lines = [first]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(self._line(MORE) or "")
        return "\n".join(lines)

    def read_lines(self, what: str) -> str | None:
        """See Screen."""
        self.note(f"{what}, up to a line with a full stop alone; Ctrl-C gives up.")
        try:
            return self._until(".")
        except KeyboardInterrupt:
            return None

    def edit(self, text: str) -> str | None:
        """In $VISUAL or $EDITOR, else line by line; the file is this account's alone and is gone afterwards."""
        editor = _editor()
        if not editor:
            return self.read_lines("Write the answer as it should have been")
        with tempfile.TemporaryDirectory(prefix="selfimprove-") as folder:
            file = Path(folder) / "answer.md"
            file.write_text(visible(text), encoding="utf-8")
            subprocess.run([*editor, str(file)], check=False)
            edited = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        return None if edited.strip() in ("", visible(text).strip()) else edited.strip()

    def confirm(self, question: str) -> bool:
        """See Screen."""
        return (self._line(f"{question} [y/N] ") or "").strip().lower() in ("y", "yes")

    def beside(self, columns: Iterable[tuple[str, str]]) -> None:
        """See Screen."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(show_lines=False, expand=True)
        texts = []
        for title, text in columns:
            table.add_column(Text(visible(title)), ratio=1)
            texts.append(Text(visible(text)))
        table.add_row(*texts)
        Console(highlight=False).print(table)

    def _until(self, end: str) -> str:
        lines: list[str] = []
        while (line := self._line(MORE)) is not None and line.strip() != end:
            lines.append(line)
        return "\n".join(lines)

    def _line(self, prompt: str) -> str | None:
        try:
            return input(prompt)
        except EOFError:
            return None


def _editor() -> list[str]:
    """The command that somebody edits with; empty where there is none, or it cannot be read as one."""
    try:
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError:  # a quotation mark without its pair
        return []
    return command if command and shutil.which(command[0]) else []
