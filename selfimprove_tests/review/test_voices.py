"""Who answers now, told alike by every page that tells it."""

import re

import pytest
from fastapi.testclient import TestClient

from selfimprove.experiments import table as experiments
from selfimprove.gateway import remembered
from selfimprove.gateway.plan import Plan
from selfimprove.gateway.remembered import Remembered
from selfimprove.review.house import Sign
from selfimprove_tests.review.conftest import app
from selfimprove_tests.review.test_reading import plain
from selfimprove_tests.review.test_today import last_night, lead, waits_no_longer

NOT_HEARD = "is promoted, and answers nobody now"


def compare(connection, share):
    """The promotion is compared with the voice before it, of whom it answers this share."""
    row = connection.execute("select * from promotions order by id desc limit 1").fetchone()
    experiments.begin(connection, {**row, "promotion_id": row["id"]}, share)
    connection.commit()


def standings(person):
    """What the list of adapters calls each, by its id."""
    badges = r'href="/adapters/(\w+)">Night.*?<span class="badge[^>]*>([^<]*)<'
    return dict(re.findall(badges, person.get("/adapters").text, re.DOTALL))


def tells(person, furnished, *, answers):
    """Whether night, question and adapter say of the champion that it answers."""
    for path in (f"/nights/{furnished.runs[1]}", "/champion/veto", "/champion/rollback"):
        text = plain(person.get(path).text)
        assert (NOT_HEARD in text) is not answers, path
        assert bool(re.search(r"answers you now|Now adapter \w+ answers", text)) is answers, path
    badge = "answers now" if answers else "promoted, answers nobody now"
    assert f">{badge}</span>" in person.get(f"/adapters/{furnished.champion}").text
    assert standings(person)[furnished.champion] == badge


@pytest.mark.parametrize(("share", "answering"), [
    (0.0, {"first"}), (0.5, {"first", "champion"}), (None, {"champion"}),
])  # fmt: skip
def test_all_pages_say_alike_who_answers_while_two_are_compared(person, furnished, connection, share, answering):
    if share is not None:
        compare(connection, share)
    assert lead(person.get("/nights").text) == lead(person.get("/").text)
    tells(person, furnished, answers="champion" in answering)
    assert (standings(person)[furnished.first] == "answers now") is ("first" in answering)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_last_night_does_not_contradict_who_answers(person, furnished, connection, share):
    waits_no_longer(person, furnished)
    compare(connection, share)
    assert (f"{NOT_HEARD}." in last_night(person.get("/").text)) is (share == 0)


def test_no_adapter_answers_where_another_server_does(settings, furnished):
    told = [Sign("Model", True, "another server answers: no memory", stands_in=True)]
    with TestClient(app(settings, signs=lambda: told)) as person:
        assert "Another server’s model answers for now" in lead(person.get("/nights").text)
        tells(person, furnished, answers=False)


def test_an_adapter_of_another_base_model_is_not_said_to_answer(settings, person, furnished):
    file = remembered.place(settings.home)
    remembered.write(file, Remembered(2, "another base", Plan(), {}, {}))
    for path in ("/", "/nights"):
        said = f"The base model answers, and not adapter {furnished.champion[:12]}, which was promoted on "
        assert lead(person.get(path).text).startswith(said)
    tells(person, furnished, answers=False)
