"""The answers that changed most, and the lessons that moved them."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from selfimprove.errors import AdapterCorrupt
from selfimprove.models.base import Base
from selfimprove.reports import morning, read, why
from selfimprove_tests.promotion import house
from selfimprove_tests.reports.rows import night

WORSE = 3
BASE = Base("base0", "test", Path("/base"), Path("/suites"))


class Asked:
    """Says of the lesson with a word in it that it is near to every answer, of the others that they are far."""

    def __init__(self, word):
        self.word, self.jobs = word, []

    def __call__(self, function, job):
        assert function == "selfimprove.evals.influence:influence"
        self.jobs.append(job)
        row = [0.9 if self.word in str(lesson) else -0.2 for lesson in job["lessons"]]
        return {"cosines": [row for _ in job["answers"]]}


@pytest.fixture
def told(connection, tmp_path):
    """A promoted night, and what asks about it."""
    adapter = night(connection, tmp_path, "r1")
    connection.execute(
        "insert into examples (id, kind, messages) values ('other', 'replay', %s)",
        [Jsonb([{"role": "user", "content": "Say red."}, {"role": "assistant", "content": "Red."}])],
    )
    connection.execute("insert into dataset_examples values ('data of r1', 'other', 'replay', 1)")
    connection.execute(
        "update eval_results set loss = 9 where model = %s and example_id in (select id from eval_examples"
        " where task = 'fresh' order by id limit 3)",
        [house.BASE],
    )
    connection.execute(
        "update eval_results set loss = 9 where model = %s and example_id in (select id from eval_examples"
        " where task = 'core' order by id limit %s)",
        [f"{house.BASE}+{adapter}", WORSE],
    )
    connection.commit()

    @contextmanager
    def connect(*, snapshot=False):
        yield connection

    return adapter, lambda ask: why.explain(connect, BASE, "r1", ask)


def stored(connection):
    return connection.execute("select * from traces order by example_id").fetchall()


def test_the_nearest_lessons_of_what_changed_most_are_kept_once(told, connection):
    adapter, explain = told
    asked = Asked("Biscuit")
    assert explain(asked) == why.MOST + WORSE
    (job,) = asked.jobs
    assert job["adapter"].endswith(adapter)
    assert len(job["answers"]) == why.MOST + WORSE
    assert {row["lesson_id"] for row in stored(connection)} == {"lesson"}
    assert len(stored(connection)) == why.MOST + WORSE
    assert explain(asked) == 0
    assert len(asked.jobs) == 1


def test_the_page_shows_them(told, connection):
    _, explain = told
    explain(Asked("Biscuit"))
    found = read.read(connection, "r1", house.NIGHT)
    gains = [change.gain for change in found.judged.changes]
    assert gains == [*sorted((gain for gain in gains if gain > 0), reverse=True), *sorted(g for g in gains if g < 0)]
    assert [(lead.answer, lead.nearness) for lead in found.judged.changes[0].leads] == [
        ("Your dog is Biscuit.", pytest.approx(0.9))
    ]
    assert [(origin.source, origin.day, origin.share) for origin in found.judged.origins] == [(None, None, 1.0)]
    page = morning.page(found)
    assert "The answers that changed most" in page
    assert "The lessons nearest to it" in page
    assert "the base model’s own answers" in page


def test_a_lesson_that_pulls_the_other_way_is_no_lead(told, connection):
    _, explain = told
    assert explain(Asked("nothing holds this")) == why.MOST + WORSE
    assert stored(connection) == []
    assert read.read(connection, "r1", house.NIGHT).judged.origins == ()


def test_a_run_that_made_no_champion_is_not_asked_about(connection, tmp_path):
    night(connection, tmp_path, "r1", tasks=(house.BAD,))

    @contextmanager
    def connect(*, snapshot=False):
        yield connection

    asked = Asked("Biscuit")
    assert why.explain(connect, BASE, "r1", asked) == 0
    assert asked.jobs == []


def test_damaged_files_are_not_asked(told, connection, tmp_path):
    adapter, explain = told
    house.damage(house.House(connection, tmp_path), adapter)
    asked = Asked("Biscuit")
    with pytest.raises(AdapterCorrupt):
        explain(asked)
    assert asked.jobs == []


def test_the_nearest_come_first_and_what_is_said_twice_counts_once():
    lessons = [
        {"id": str(number), "messages": [text], "likeness": {"e": 0.5} if number == 2 else {}}
        for number, text in enumerate(["a", "b", "b", "c", "d", "e"])
    ]
    traces = why.nearest({"id": "e"}, lessons, [0.1, 0.7, 0.8, -0.3, 0.2, 0.3])
    assert [(trace.lesson_id, trace.gradient, trace.likeness) for trace in traces] == [
        ("2", 0.8, 0.5), ("5", 0.3, None), ("4", 0.2, None)
    ]  # fmt: skip
