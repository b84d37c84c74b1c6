"""What the gates read of the house's questions."""

from psycopg.types.json import Jsonb

from selfimprove.promotion import table
from selfimprove_tests.promotion.house import BASE, House, promotable


def test_of_short_answers_the_question_itself_is_read_and_of_suites_none(house: House) -> None:
    """Whether another answer outdates one rests on it; what was said before is long, and read for each model."""
    talk = [{"role": role, "content": text} for role, text in (("system", "Hi."), ("user", "When is judo?"))]
    _, report = promotable(house, "a")
    house.connection.execute("update eval_examples set messages = %s where task <> 'holdout'", (Jsonb(talk),))
    wanted = {"report_id": report, "judged_at": "infinity", "models": [BASE], "sampled": "x", "likelihood": "none"}
    rows = house.connection.execute(table.query("results"), wanted).fetchall()
    read = {row["task"]: row["messages"] for row in rows}
    assert read == {"core": None, "refusals": None, "fresh": talk[1:], "holdout": []}
