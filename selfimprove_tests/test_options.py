"""Numbers and words on the command line."""

import pytest
from click.testing import CliRunner

from selfimprove.chats.commands import chats
from selfimprove.curation.commands import curation
from selfimprove.forgetting.commands import forget
from selfimprove.promotion.commands import promotion
from selfimprove.talk.commands import chat


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (curation, ["deduplicate", "--threshold"]),
        (promotion, ["simulate", "--reused"]),
        (chat, ["hello", "--temperature"]),
    ],
)
@pytest.mark.parametrize("value", ["nan", "-NaN", "-1", "seven"])
def test_what_is_no_number_within_bounds_is_refused(command: object, arguments: list[str], value: str) -> None:
    found = CliRunner().invoke(command, [*arguments, value])  # type: ignore[arg-type]
    assert found.exit_code == 2
    assert "Invalid value" in found.stderr
    assert "Traceback" not in found.output


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (forget, ["--dry-run", "--user"]),
        (forget, ["--dry-run", "--chat"]),
        (forget, ["--dry-run", "--matching"]),
        (chats, ["search"]),
    ],
)
def test_words_that_the_terminal_wrote_in_another_encoding_are_refused(command: object, arguments: list[str]) -> None:
    typed = "Müller".encode("latin-1").decode("utf-8", "surrogateescape")
    found = CliRunner().invoke(command, [*arguments, typed])  # type: ignore[arg-type]
    assert found.exit_code == 2
    assert "it is not UTF-8 text" in found.stderr
