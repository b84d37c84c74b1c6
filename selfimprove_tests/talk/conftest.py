"""A stub gateway, and a screen that is a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from selfimprove_tests.talk.stub import Stub, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


@dataclass
class Script:
    """A screen whose lines somebody wrote before; an exception among them is raised."""

    lines: list[str | BaseException | None] = field(default_factory=list)
    shown: str = ""
    notes: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    edited: str | None = None
    sure: bool = True
    stop_after: str | None = None

    def show(self, piece: str) -> None:
        self.shown += piece
        if self.stop_after and self.stop_after in self.shown:
            self.stop_after = None
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)

    def read(self) -> str | None:
        line = self.lines.pop(0) if self.lines else None
        if isinstance(line, BaseException):
            raise line
        return line

    def read_lines(self, what: str) -> str | None:
        return self.edited

    def edit(self, text: str) -> str | None:
        return self.edited

    def confirm(self, question: str) -> bool:
        self.notes.append(question)
        return self.sure

    def beside(self, columns: Iterable[tuple[str, str]]) -> None:
        self.columns = list(columns)


@pytest.fixture
def screen() -> Script:
    return Script()
