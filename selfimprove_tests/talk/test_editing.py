"""Whatever the editor is, and does with its file, the talk goes on."""

import builtins
from collections.abc import Iterator

import pytest

from selfimprove.talk.screen import Terminal


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: Iterator[str] = iter(["by hand", "."])
    monkeypatch.setattr(builtins, "input", lambda _: next(lines))
    monkeypatch.delenv("VISUAL", raising=False)


def edited(monkeypatch: pytest.MonkeyPatch, editor: str) -> str | None:
    monkeypatch.setenv("EDITOR", editor)
    return Terminal().edit("as it was é→")


@pytest.mark.parametrize("editor", ["/home/o'brien/bin/ed", '"ed', "no-such-editor -w", ""])
def test_without_an_editor_that_can_be_started_it_is_written_line_by_line(
    typed: None, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    assert edited(monkeypatch, editor) == "by hand"


@pytest.mark.parametrize(
    ("does", "left"),
    [
        ("rm", None), ("false", None), ("sh -c ': > \"$0\"'", None),
        ("sh -c 'printf \"gr\\303\\274n \\374\" > \"$0\"'", "gr\u00fcn \ufffd"),
        ("sh -c 'echo more >> \"$0\"'", "as it was \u00e9\u2192more"),
    ],
)  # fmt: skip
def test_what_an_editor_leaves_is_taken_as_far_as_it_can_be_read(
    monkeypatch: pytest.MonkeyPatch, does: str, left: str | None
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    assert edited(monkeypatch, does) == left
