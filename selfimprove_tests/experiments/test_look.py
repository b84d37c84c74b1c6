"""What is stored of live chats decides who answers, once, and by the promotions' own verbs."""

from datetime import datetime, timedelta

import pytest

from selfimprove.errors import ExperimentOver, ExperimentUnknown
from selfimprove.experiments import table
from selfimprove.experiments.evidence import Shadows
from selfimprove.experiments.experiment import Experiment, Look, Outcome
from selfimprove.experiments.look import look, stop
from selfimprove.promotion import table as promotions
from selfimprove.promotion.promote import rollback
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.make import enthrone, react, talk
from selfimprove_tests.promotion.house import answers


def begun(succession: Succession, share: float = 0.5) -> Experiment:
    table.begin(succession.house.connection, succession.promotion, share)
    found = table.running(succession.house.connection)
    assert found is not None
    return found


def seen(succession: Succession) -> Look:
    found = look(succession.house.connection)
    assert found is not None
    return found[1]


def chats(succession: Succession, adapter: str, count: int, at: datetime, displeased: int = 0) -> None:
    for number in range(count):
        root = f"{adapter[:8]}{number}"
        talk(succession.house.connection, root, adapter, at + timedelta(minutes=number))
        if number < displeased:
            react(succession.house.connection, root, at + timedelta(minutes=number, seconds=9))


def test_without_an_experiment_there_is_nothing_to_see(succession: Succession) -> None:
    assert look(succession.house.connection) is None


def test_what_nobody_heard_takes_the_challenger_back(succession: Succession) -> None:
    connection = succession.house.connection
    table.begin(connection, succession.promotion, 0.0, 0.5)
    experiment = table.running(connection)
    assert experiment is not None
    for flaws in [("looping",), ("looping", "other_language"), ()] * 5:
        table.shadowed(connection, experiment.id, flaws, (), same=not flaws)
    table.shadowed(connection, experiment.id, ("empty",), ("truncated",), same=False)
    found = seen(succession)
    assert found.shadows == Shadows(both_answered=16, worse=10, better=0, same=5)
    assert found.outcome is Outcome.DEMOTED
    assert answers(succession.house) == succession.first
    table.shadowed(connection, experiment.id, (), ("empty",), same=False)
    assert table.shadows(connection, experiment) == found.shadows, "nothing is added to one that has ended"


def test_without_shadow_answers_nothing_is_counted_of_them(succession: Succession) -> None:
    begun(succession)
    assert seen(succession).shadows is None
    assert "unheard" not in table.row_of(succession.house.connection, "")["reason"]


def test_an_experiment_begins_once(succession: Succession) -> None:
    one, again = begun(succession), begun(succession, 0.9)
    assert (one, one.share) == (again, 0.5)
    assert (one.challenger, one.control, one.outcome) == (succession.second, succession.first, Outcome.RUNNING)
    assert (one.ends_at - one.started_at).days == 14


def test_harm_takes_the_challenger_back_and_says_why(succession: Succession) -> None:
    at = begun(succession).started_at
    chats(succession, succession.first, 20, at, displeased=1)
    chats(succession, succession.second, 20, at, displeased=14)
    assert seen(succession).outcome is Outcome.DEMOTED
    assert answers(succession.house) == succession.first
    newest = promotions.history(succession.house.connection)[0]
    assert (newest["action"], newest["replaced"]) == ("rolled_back", succession.second)
    assert newest["reason"].startswith("live chats show that it does harm: 14 of 20")
    assert look(succession.house.connection) is None
    assert table.row_of(succession.house.connection, "")["figures"]["challenger"]["displeased"] == 14


def test_a_challenger_no_worse_stays_champion(succession: Succession) -> None:
    at = begun(succession).started_at
    chats(succession, succession.first, 150, at, displeased=40)
    chats(succession, succession.second, 150, at, displeased=12)
    assert seen(succession).outcome is Outcome.CONFIRMED
    assert answers(succession.house) == succession.second
    assert len(promotions.history(succession.house.connection)) == 2


def test_little_is_no_answer(succession: Succession) -> None:
    at = begun(succession).started_at
    chats(succession, succession.second, 3, at, displeased=3)
    found = seen(succession)
    assert (found.outcome, found.challenger.displeased, found.control.chats) == (Outcome.RUNNING, 3, 0)


def test_only_chats_that_began_in_the_experiment_count(succession: Succession) -> None:
    at = begun(succession).started_at
    connection = succession.house.connection
    talk(connection, "before", succession.second, at - timedelta(hours=1))
    talk(connection, "before", succession.second, at + timedelta(hours=1), relation="retry", position=3)
    talk(connection, "asked for by name", succession.second, at, arm=None)
    talk(connection, "of an older voice", "0" * 64, at)
    talk(connection, "counted", succession.second, at)
    assert seen(succession).challenger.chats == 1


@pytest.mark.parametrize(
    ("kind", "value", "displeased", "pleased"),
    [
        ("thumbs", -1, 1, 0), ("thumbs", 1, 0, 1), ("rating", -0.5, 1, 0), ("rating", 0.5, 0, 1), ("rating", 0, 0, 0),
        ("correction", None, 1, 0), ("comment", None, 0, 0), ("preference", None, 0, 0),
    ],
)  # fmt: skip
def test_what_people_say(
    succession: Succession, kind: str, value: float | None, displeased: int, pleased: int
) -> None:
    at = begun(succession).started_at
    talk(succession.house.connection, "one", succession.second, at)
    react(succession.house.connection, "one", at + timedelta(minutes=1), kind, value)
    found = seen(succession).challenger
    assert (found.chats, found.displeased, found.pleased) == (1, displeased, pleased)


def test_a_rating_that_the_review_pages_asked_for_is_no_sign(succession: Succession) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    react(connection, "one", at + timedelta(minutes=1), source="review")
    react(connection, "one", at + timedelta(minutes=2), value=1)
    found = seen(succession).challenger
    assert (found.displeased, found.pleased) == (0, 1)


@pytest.mark.parametrize(
    ("relation", "ending", "first", "displeased"),
    [
        ("retry", "stop", 0.1, 1), ("edit", "stop", 0.1, 1), ("next", "failed", 0.1, 1), ("retry", "failed", 0.1, 1),
        ("next", "failed", None, 0),  # nobody answered: the model was not there
        ("next", "stop", 0.1, 0), ("next", "cancelled", 0.1, 0),
    ],
)  # fmt: skip
def test_what_people_do(
    succession: Succession, relation: str, ending: str, first: float | None, displeased: int
) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    more = {"relation": relation, "ending": ending, "first_token_seconds": first, "position": 3}
    repeats = f"one-{at:%d%H%M%S}" if relation != "next" else None
    talk(connection, "one", succession.second, at + timedelta(minutes=1), repeats=repeats, **more)
    assert seen(succession).challenger.displeased == displeased


@pytest.mark.parametrize("relation", ["retry", "edit"])
def test_who_asks_again_before_there_is_an_answer_takes_none_amiss(succession: Succession, relation: str) -> None:
    """Several requests at once, or one that was refused before it: nobody has heard what the voice says."""
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    talk(connection, "one", succession.second, at + timedelta(seconds=1), relation=relation, repeats=None)
    found = seen(succession).challenger
    assert (found.chats, found.displeased) == (1, 0)


def test_the_first_sign_of_a_chat_is_the_one_that_counts(succession: Succession) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    react(connection, "one", at + timedelta(minutes=1), value=1)
    react(connection, "one", at + timedelta(minutes=2), kind="correction", value=None)
    found = seen(succession).challenger
    assert (found.displeased, found.pleased) == (0, 1)


@pytest.mark.parametrize(
    ("tokens", "first", "seconds", "slow"),
    [
        (101, 0.5, 2.5, 0), (101, 0.5, 4.0, 1), (101, 9.0, 11.0, 0),  # a long wait for the first token is no pace
        (40, 0.5, 1.3, 0), (16, 0.5, 0.8, 0), (15, 0.5, 9.0, 0), (1, 0.5, 0.5, 0), (0, None, 0.5, 0),
        (None, None, 9.0, 0),
    ],
)  # fmt: skip
def test_a_brief_answer_is_not_a_slow_one(
    succession: Succession, tokens: int | None, first: float | None, seconds: float, slow: int
) -> None:
    at = begun(succession).started_at
    chats(succession, succession.first, 10, at)
    more = {"completion_tokens": tokens, "first_token_seconds": first, "seconds": seconds}
    talk(succession.house.connection, "brief", succession.second, at + timedelta(hours=1), **more)
    found = seen(succession)
    assert (found.challenger.chats, found.challenger.slow, found.control.slow) == (1, slow, 0)


@pytest.mark.parametrize("said", ["thumbs", "retry", "failed"])
@pytest.mark.parametrize("who", ["second", "base"])
def test_what_is_said_of_another_voice_is_not_about_this_one(succession: Succession, who: str, said: str) -> None:
    """A person may ask for another by name in the middle of a conversation, and dislike that one."""
    at, connection = begun(succession).started_at, succession.house.connection
    other = succession.second if who == "second" else "base"
    talk(connection, "one", succession.second, at)
    later = at + timedelta(minutes=1)
    ending = {"ending": "failed", "first_token_seconds": 0.1} if said == "failed" else {}
    talk(connection, "one", other, later, position=3, relation="next", arm=None, **ending)
    if said == "thumbs":
        react(connection, "one", at + timedelta(minutes=2), position=3)
    if said == "retry":
        more = {"position": 5, "relation": "retry", "repeats": f"one-{later:%d%H%M%S}"}
        talk(connection, "one", succession.second, at + timedelta(minutes=2), **more)
    assert seen(succession).challenger.displeased == (who == "second")


def test_its_days_end_it(succession: Succession) -> None:
    begun(succession)
    succession.house.connection.execute("update experiments set ends_at = clock_timestamp()")
    assert seen(succession).outcome is Outcome.EXPIRED
    assert answers(succession.house) == succession.second


def test_a_rollback_makes_it_pointless(succession: Succession) -> None:
    begun(succession)
    rollback(succession.house.connection)
    assert look(succession.house.connection) is None
    assert table.row_of(succession.house.connection, "")["outcome"] == "replaced"


def test_the_next_promotion_begins_its_own(succession: Succession) -> None:
    begun(succession)
    second, connection = succession.second, succession.house.connection
    third, promotion_id = enthrone(succession.house, "third", replaced=second)
    table.begin(connection, {"promotion_id": promotion_id, "adapter_id": third, "replaced": second}, 0.5)
    assert [row["outcome"] for row in table.rows(connection)] == ["running", "replaced"]


def test_a_person_ends_it_for_the_challenger(succession: Succession) -> None:
    begun(succession, share=0.0)
    stop(succession.house.connection, "")
    assert answers(succession.house) == succession.second
    with pytest.raises(ExperimentOver, match="has ended already \\(stopped\\)"):
        stop(succession.house.connection, "")


def test_a_person_ends_it_for_the_control(succession: Succession) -> None:
    experiment = begun(succession)
    stop(succession.house.connection, experiment.id[:6], keep=Outcome.DEMOTED)
    assert answers(succession.house) == succession.first
    assert promotions.history(succession.house.connection)[0]["reason"].startswith("a person ended the experiment")


def test_an_unknown_one_is_not_ended(succession: Succession) -> None:
    with pytest.raises(ExperimentUnknown, match="No experiment has an id that begins with 'ffff'"):
        stop(succession.house.connection, "ffff")


def test_a_forgotten_chat_counts_no_longer(succession: Succession) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    connection.execute("delete from chats where id = 'one'")
    assert seen(succession).challenger.chats == 0
