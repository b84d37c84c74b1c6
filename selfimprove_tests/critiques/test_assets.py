"""The asset and its checks in Dagster, on the tiny model and a real judge server."""

from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import dagster as dg
import orjson
import pytest

from selfimprove import postgres
from selfimprove.chats import days
from selfimprove.critiques import table
from selfimprove.critiques.assets import critique_scores, histogram
from selfimprove.critiques.checks import critique_checks
from selfimprove.critiques.checks import judge as judge_days
from selfimprove.resources import SKIP_CLEAN, Database, Home, JudgeServer, LanguageModel
from selfimprove_tests.critiques.rows import add_chat

DAY = date(2026, 1, 5)
NEXT = DAY + timedelta(days=1)
SECRET_WORD = "marzipan"


@pytest.fixture
def judge():
    """Address of a server that gives every answer a 2."""
    verdict = {"choices": [{"message": {"role": "assistant", "content": '{"score": 2, "reason": "meh"}'}}]}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(orjson.dumps(verdict))

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def filled(database):
    with postgres.connect(database) as connection:
        add_chat(connection, DAY, f"u: Where is the {SECRET_WORD}?", f"a: The {SECRET_WORD} is here.", "u: thanks")
        add_chat(connection, DAY, "u: anyone?")
        up = {"position": 1, "kind": "thumbs", "value": 1.0, "text": None, "source": "web"}
        add_chat(connection, NEXT, "u: 2 + 2?", "a: 4", feedback=[up])
    return database


def spend(url, home, judge_url="", first=DAY, last=NEXT, **more):
    tags = {
        "dagster/asset_partition_range_start": first.isoformat(), "dagster/asset_partition_range_end": last.isoformat(),
    }  # fmt: skip
    resources = {
        "database": Database(url=url), "home": Home(folder=str(home)),
        "language_model": LanguageModel(name="tiny", home=str(home)), "judge": JudgeServer(url=judge_url),
    }  # fmt: skip
    both = [critique_scores, critique_checks]
    return dg.materialize(both, resources=resources, tags=tags | more, raise_on_error=False)


def stored(url):
    with postgres.connect(url) as connection:
        rows = [*table.of_day(connection, DAY), *table.of_day(connection, NEXT)]
        return rows, [(day.day, day.passed) for day in days.read(connection, table.STAGE, [DAY, NEXT])]


def test_a_range_of_days_in_one_run(filled, tmp_path):
    result = spend(filled, tmp_path)
    assert result.success
    rows, verdicts = stored(filled)
    assert verdicts == [(DAY, True), (NEXT, True)]
    assert [row["position"] for row in rows] == [1, 1]
    assert rows[1]["score"] > 0.8
    assert all(row["evidence"]["confidence"]["tokens"] > 0 for row in rows)
    assert all(row["evidence"]["judge"] is None for row in rows)
    each = [event.metadata for event in result.asset_materializations_for_node("critique_scores")]
    assert [one["dagster/partition_row_count"].value for one in each] == [1, 1]
    metadata = each[0]
    assert metadata["sentence"].value == "2 answers on 2 days have a score."
    assert metadata["chats_without_answer"].value == 1
    assert metadata["scores"].value.startswith("![Answers by score](data:image/svg+xml")


def test_a_nightly_run_scores_clean_days_no_more(filled, tmp_path):
    first = spend(filled, tmp_path).run_id
    with postgres.connect(filled) as connection:
        add_chat(connection, NEXT, "u: 3 + 3?", "a: 6")
    result = spend(filled, tmp_path, **{SKIP_CLEAN: "true"})
    assert result.success
    with postgres.connect(filled) as connection:
        assert [one.run_id for one in days.read(connection, table.STAGE, [DAY, NEXT])] == [first, result.run_id]
    each = [event.metadata for event in result.asset_materializations_for_node("critique_scores")]
    assert [one["dagster/partition_row_count"].value for one in each] == [1, 2]
    assert each[0]["unchanged_days"].value == 1
    assert stored(filled)[1] == [(DAY, True), (NEXT, True)]
    quiet = spend(filled, tmp_path, **{SKIP_CLEAN: "true"})
    assert quiet.success
    assert quiet.asset_materializations_for_node("critique_scores")[0].metadata["unchanged_days"].value == 2


def test_no_chat_text_reaches_dagster(filled, tmp_path):
    events = spend(filled, tmp_path).all_events
    assert events
    assert not any(SECRET_WORD in str(event) for event in events)


def test_the_judge_is_heard_and_weighs_nothing_before_it_agreed_with_the_owner(filled, tmp_path, judge):
    spend(filled, tmp_path)
    without = stored(filled)[0]
    result = spend(filled, tmp_path, judge)
    with_judge = stored(filled)[0]
    assert result.success
    verdict = {"score": 2.0, "reason": "meh", "model": "default", "rubric": "2", "grades": [2, 2]}
    assert with_judge[0]["evidence"]["judge"] == verdict
    assert [row["score"] for row in with_judge] == [row["score"] for row in without]
    metadata = result.asset_materializations_for_node("critique_scores")[0].metadata
    assert metadata["judges"].value == (
        "default, rubric 2: no weight: 1 answers that the owner rated too, 20 are needed"
    )


def test_a_judge_that_disagrees_with_the_owner_has_no_weight_and_the_check_says_so(filled, tmp_path, judge):
    up = {"position": 1, "kind": "thumbs", "value": 1.0, "text": None, "source": "web"}
    with postgres.connect(filled) as connection:
        for number in range(20):
            value = up | {"value": 1.0 if number % 2 else -1.0}
            add_chat(connection, DAY, f"u: {number} + 1?", f"a: {number + 1}", feedback=[value])
    result = spend(filled, tmp_path, judge)
    agrees = {check.check_name: check for check in result.get_asset_check_evaluations()}["judge_agrees"]
    assert (agrees.passed, agrees.blocking, agrees.severity.value) == (False, False, "WARN")
    assert "the judge default, rubric 2 has no weight: kappa 0.00" in agrees.description
    assert stored(filled)[1] == [(DAY, True), (NEXT, True)]
    metadata = result.asset_materializations_for_node("critique_scores")[0].metadata
    assert metadata["reliability"].value.startswith("![Reliability of scores](data:image/svg+xml")
    assert 0 <= metadata["auc"].value <= 1
    assert metadata["auc_interval"].value.count(" to ") == 1


def test_a_judge_that_is_down_is_told_and_does_not_stop_the_night(filled, tmp_path):
    result = spend(filled, tmp_path, "http://127.0.0.1:1")
    assert result.success
    silent = {check.check_name: check for check in result.get_asset_check_evaluations()}["judge_answers"]
    assert (silent.passed, silent.blocking) == (False, False)
    assert stored(filled)[1] == [(DAY, True), (NEXT, True)]


def test_a_day_whose_scores_are_lost_is_not_clean(filled, tmp_path):
    spend(filled, tmp_path)
    with postgres.connect(filled) as connection:
        connection.execute("delete from critiques where day = %s", [DAY])
        judge_days(connection, [DAY, NEXT])
    assert stored(filled)[1] == [(DAY, False), (NEXT, True)]


def test_days_without_chats_are_fine(database, tmp_path):
    result = spend(database, tmp_path)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())


def test_a_histogram_has_every_tenth():
    assert list(histogram([0.0, 0.05, 0.95, 1.0]).values()) == [2.0, *[0.0] * 8, 2.0]
