"""Numbers on the command line."""

import pytest
from click.testing import CliRunner

from selfimprove.curation.commands import curation
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
