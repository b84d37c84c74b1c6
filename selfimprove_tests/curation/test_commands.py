import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from selfimprove import postgres
from selfimprove.curation.commands import curation
from selfimprove.errors import LabelsUnreadable
from selfimprove_tests.curation.chats import DAY, chat
from selfimprove_tests.curation.rows import store
from selfimprove_tests.curation.test_deduplicate import TEXT
from selfimprove_tests.curation.test_filter_day import GOOD, NEXT, on, run


def lines(*texts: str) -> str:
    return "\n".join(json.dumps({"id": f"t{i}", "text": text}) for i, text in enumerate(texts)) + "\n"


def test_duplicates_of_json_lines() -> None:
    given = lines(TEXT, "Something else.", TEXT.upper(), TEXT.replace("quick", "slow"))
    done = CliRunner().invoke(curation, ["deduplicate", "--jsonl"], input=given, catch_exceptions=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["id"], row["duplicate_of"]) for row in found] == [
        ("t0", None),
        ("t1", None),
        ("t2", "t0"),
        ("t3", "t0"),
    ]
    assert [row["similarity"] for row in found[:3]] == [None, None, 1.0]
    assert 0.8 <= found[3]["similarity"] < 1
    assert done.stderr == "2 of 4 texts repeat an earlier one.\n"


def test_a_higher_threshold_finds_fewer() -> None:
    given = lines(TEXT, TEXT.replace("quick", "slow"))
    done = CliRunner().invoke(curation, ["deduplicate", "--jsonl", "--threshold", "0.95"], input=given)
    assert [json.loads(line)["duplicate_of"] for line in done.stdout.splitlines()] == [None, None]


@pytest.mark.parametrize("threshold", ["nan", "NaN", "0.05", "1.1", "inf"])
def test_a_threshold_that_is_no_share_is_refused(threshold: str) -> None:
    done = CliRunner().invoke(curation, ["deduplicate", "--threshold", threshold], input=f"{TEXT}\n{TEXT}\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--threshold" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("options", [[], ["--jsonl"]])
def test_a_byte_order_mark_is_no_part_of_the_first_text(encoding: str, options: list[str]) -> None:
    given = lines(TEXT, TEXT) if options else f"{TEXT}\nother\n{TEXT}\n"
    done = CliRunner().invoke(
        curation, ["deduplicate", *options], input=given.encode(encoding), catch_exceptions=False
    )
    assert "1.0" in done.stdout.splitlines()[-1]
    assert done.stderr == f"1 of {2 if options else 3} texts repeat an earlier one.\n"


def test_duplicates_of_plain_lines() -> None:
    done = CliRunner().invoke(curation, ["deduplicate"], input=f"{TEXT}\nother\n{TEXT}\n")
    assert done.stdout == "line 3 repeats line 1 (1.00)\n"


def test_a_line_that_is_not_json_is_named() -> None:
    with pytest.raises(LabelsUnreadable, match="Line 2 of standard input"):
        CliRunner().invoke(
            curation, ["deduplicate", "--jsonl"], input=lines("a") + "nonsense\n", catch_exceptions=False
        )


def test_rejections_by_reason(connection: postgres.Connection, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(connection, [GOOD, GOOD, chat("Hi", ""), *on(NEXT, GOOD)])
    run(database, DAY, NEXT)
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    command = [sys.executable, "-c", "from selfimprove.curation.commands import curation; curation()", "rejections"]
    every = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(every.stdout) == {"exact_duplicate": 2, "too_short": 1}
    day = subprocess.run([*command, "--day", f"{NEXT}"], capture_output=True, text=True, check=True)
    assert day.stdout == "      1  exact_duplicate\n"
    assert day.stderr == "1 chats were left out.\n"


def test_every_command_shows_an_example() -> None:
    for command in (curation, *curation.commands.values()):
        assert "Example: selfimprove curation" in (command.help or "")
