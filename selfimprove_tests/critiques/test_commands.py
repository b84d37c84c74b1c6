"""`selfimprove critiques …` for people and for scripts."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.critiques import table
from selfimprove.critiques.commands import critiques
from selfimprove.critiques.criticise import Court
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.errors import CritiqueMissing
from selfimprove_tests.critiques.rows import add_chat

DAY = date(2026, 1, 5)


@pytest.fixture
def chat(database, connection, monkeypatch):
    """Id of a chat that was criticised, in a house that commands see."""
    down = {"position": 1, "kind": "thumbs", "value": -1.0, "text": None, "source": "web"}
    chat_id = add_chat(connection, DAY, "u: List 3 fruits", "a: - plum\n- pear", "u: no, I meant 3", feedback=[down])
    table.write(connection, DAY, Court(Witnesses("base")), "run")
    connection.commit()
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    settings_.current.cache_clear()
    yield chat_id
    settings_.current.cache_clear()


def run(*arguments):
    result = CliRunner().invoke(critiques, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_days_answers_with_their_reasons(chat):
    found = run("list", "--day", "2026-01-05")
    assert found.stdout.splitlines() == [
        f"0.01  {chat[:12]}  answer 1  thumbs -1 from web; correction in the next turn; asked for 3 items, gave 2"
    ]
    assert found.stderr == "1 answers on 2026-01-05.\n"


def test_the_same_for_scripts(chat):
    (row,) = json.loads(run("list", "--day", "2026-01-05", "--json").stdout)
    assert row["evidence"]["findings"] == [
        {"rule": "wrong_number_of_items", "reason": "asked for 3 items, gave 2", "version": 2},
    ]  # fmt: skip
    assert json.loads(run("show", chat[:8], "--json").stdout)[0]["chat_id"] == chat


def test_one_chat_by_the_start_of_its_id(chat):
    assert chat[:12] in run("show", chat[:6]).stdout
    with pytest.raises(CritiqueMissing, match=r"'zzz'.*selfimprove critiques list"):
        run("show", "zzz")


def test_a_day_without_answers(chat):
    assert run("list", "--day", "2026-01-06").stdout == ""
    assert run("list", "--day", "soon").exit_code == 2


def test_a_score_is_explained(chat):
    lines = run("explain", chat[:8]).stdout.splitlines()
    assert lines[0].startswith(f"0.01  {chat[:12]}  answer 1  by ")
    assert lines[1] == "  said -1 by web"
    assert "  -2.00  implicit:correction" in lines
    assert "  -1.00  finding:wrong_number_of_items  asked for 3 items, gave 2" in lines
    (found,) = json.loads(run("explain", chat, "--json").stdout)
    assert found["log_odds"]["bias"] == 0.4
    with pytest.raises(CritiqueMissing):
        run("explain", "zzz")


def test_what_scores_rest_on(chat):
    told = run("calibration").stdout
    assert "No ratings yet: scores tell faults and what the next turn says, and else nothing." in told
    assert json.loads(run("calibration", "--json").stdout)["weights"]["bias"] == 0.4
