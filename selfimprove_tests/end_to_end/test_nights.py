"""Nights that show the gates are real, one after another in one house, on the tiny model.

Those marked as long show more of what shorter tests show too: promotion/test_planted.py has an adapter for each gate,
gateway/ the room that is made for a night, and promotion/ what a veto does.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from selfimprove.forgetting import forget as forgetting
from selfimprove.forgetting import sweep
from selfimprove.forgetting.receipt import Receipt
from selfimprove.forgetting.select import Wish
from selfimprove.privacy.canaries import FORMS, drawn
from selfimprove.privacy.vault import Vault
from selfimprove.promotion.assets import promoted_adapter
from selfimprove_tests.end_to_end.asking import asking
from selfimprove_tests.end_to_end.nights import Nights
from selfimprove_tests.forgetting.house import files_that_hold, rows_that_hold
from selfimprove_tests.gateway.served import until

LONG = pytest.mark.long
START = datetime.now(UTC).date() - timedelta(days=17)

LEARNED = """
select e.messages -> -1 ->> 'content' as said from dataset_examples x join examples e on e.id = x.example_id
join adapters a on a.dataset_id = x.dataset_id
where a.id = '{adapter}' and x.split = 'train' and e.kind = 'correction'
  and position('[' in e.messages -> -1 ->> 'content') = 0  -- what redaction left is what was said
order by length(e.messages -> -1 ->> 'content') desc, e.id limit 1
"""


def day(number: int) -> date:
    """The n-th day after the household's first two weeks."""
    return START + timedelta(days=number)


def failed_steps(nights: Nights, run_id: str) -> set[str]:
    return {event.step_key for event in nights.instance.all_logs(run_id) if event.is_step_failure}


def test_1_a_good_night_is_promoted_and_secrets_of_its_chats_are_nowhere(nights: Nights) -> None:
    nights.live_until(day(0))
    secrets = [one for form in FORMS for one in drawn(form, str(START), 1)]
    nights.hear([one.messages for one in secrets], day(0))
    result = nights.spend(day(0))
    answers = {row["said"] for row in nights.rows("select messages -> 1 ->> 'content' as said from redacted_chats")}
    assert {one.form.answer.format(f"[{one.form.type}_1]") for one in secrets} <= answers
    assert [(one.form.type, where) for one in secrets if (where := holding(nights, one.value))] == []
    assert nights.decision()["decision"] == "promote", nights.decision()["reasons"]
    assert result.success
    assert nights.champion() == nights.decision()["adapter_id"]
    assert nights.told()["outcome"] == "promoted"


def test_2_nothing_new_is_nothing_to_learn(nights: Nights) -> None:
    champion, decisions = nights.champion(), len(nights.rows("select 1 from decisions"))
    nights.spend(day(0))
    assert nights.told()["outcome"] == "nothing_to_learn"
    assert "no new chats" in nights.told()["sentence"]
    assert nights.champion() == champion
    assert len(nights.rows("select 1 from decisions")) == decisions


@pytest.mark.parametrize(
    ("after", "config", "gates"),
    [
        pytest.param(4, {"training_dataset": {"replay": 0, "remember": 0}}, {"keeps_core"}, marks=LONG),
        pytest.param(8, {"lora_adapter": {"learning_rate": 0.0, "steps": 20}}, {"did_learn"}, marks=LONG),
        pytest.param(12, {"lora_adapter": {"learning_rate": 0.03, "steps": 40}}, {"keeps_core"}, marks=LONG),
    ],
    ids=["3-no-replay", "4-null", "5-ruinous-learning-rate"],
)
def test_a_bad_night_is_refused_by_its_gate(nights: Nights, after: int, config: dict, gates: set[str]) -> None:
    champion = nights.champion()
    nights.live_until(day(after))
    result = nights.spend(day(after), **config)
    assert not result.success
    assert nights.decision()["decision"] == "reject", nights.decision()["reasons"]
    assert gates <= nights.refusing_gates()
    assert nights.champion() == champion
    assert nights.told()["outcome"] == "rejected"
    alerts = {row["check_name"] for row in nights.rows(f"select * from alerts where run_id = '{result.run_id}'")}
    assert gates <= alerts


@LONG
def test_6_a_second_good_night_is_promoted_while_the_gateway_makes_room_for_it(nights: Nights) -> None:
    """By a bolder budget: the days of a small household bring few new facts, and change some of the old ones.

    The machine is too small for the night and the model that answers: this leaves, and comes back with what it learned.
    """
    from selfimprove.promotion import margins

    before = nights.champion()
    with nights.connect() as connection:
        margins.declare(connection, "error_budget", 1.0, "a household of few facts")
    nights.live_until(day(16))
    small = replace(nights, settings=replace(nights.settings, memory_gb=0.6))  # either takes 0.35 to 0.4
    with asking(small.settings) as asker:
        until(lambda: bool(asker.answers))
        small.spend(day(16))
        assert nights.decision()["decision"] == "promote", nights.decision()["reasons"]
        assert nights.champion() not in (None, before)
        until(lambda: asker.answers[-1].adapter == nights.champion())
    answered = {answer.adapter for answer in asker.answers if answer.status == 200}
    assert nights.champion() in answered
    assert answered <= {"base", before, nights.champion()}, "a new voice first shares new chats with the one before it"
    refused = [answer for answer in asker.answers if answer.status != 200]
    assert {answer.status for answer in refused} == {503}
    assert all(int(answer.retry_after) > 0 for answer in refused)
    assert any("memory is needed for tonight's training" in answer.text for answer in refused)
    kept = nights.rows("select ending, count(*) from exchanges group by ending order by ending")
    assert sum(row["count"] for row in kept) == len(asker.answers)
    assert {row["ending"]: row["count"] for row in kept}["failed"] == len(refused)


@LONG
def test_7_a_veto_falls_back_and_a_hand_launch_does_not_bring_it_back(nights: Nights) -> None:
    from selfimprove.promotion import promote

    vetoed, before = nights.champion(), nights.rows("select adapter_id from promotions order by id")[0]["adapter_id"]
    with nights.connect() as connection:
        promote.veto(connection, "it was rude at breakfast")
    assert nights.champion() == before
    result = nights.launch_alone(promoted_adapter)
    assert not result.success
    assert nights.champion() == before != vetoed


@LONG
def test_8_a_rollback_returns_to_the_base_model(nights: Nights) -> None:
    from selfimprove.promotion import promote

    with nights.connect() as connection:
        promote.rollback(connection, None)
    assert nights.champion() is None


def test_9_what_is_forgotten_is_nowhere_and_the_next_night_learns_without_it(nights: Nights) -> None:
    from selfimprove.promotion import promote

    first = nights.rows("select adapter_id from promotions order by id")[0]["adapter_id"]
    if nights.champion() != first:
        with nights.connect() as connection:
            promote.rollback(connection, first)
    said = nights.rows(LEARNED.format(adapter=first))[0]["said"]
    assert "selfimprove.examples" in holding(nights, said)
    receipt = forget(nights, said)
    assert holding(nights, said) == []
    assert first in receipt.adapters
    assert nights.champion() is None
    nights.spend(nights.rows("select max(day) as last from chats")[0]["last"], lora_adapter={"steps": 5})
    learned = nights.rows("select id from adapters order by created_at desc limit 1")[0]["id"]
    assert nights.decision()["adapter_id"] == learned
    assert learned not in receipt.adapters
    assert nights.champion() in (None, learned)
    assert holding(nights, said) == []


def holding(nights: Nights, text: str) -> list[str]:
    """Tables of ours and Dagster's, and files of the house, in which a text stands."""
    with nights.connect() as connection:
        return rows_that_hold(connection, text) + [str(path) for path in files_that_hold(nights.settings.home, text)]


def forget(nights: Nights, text: str) -> Receipt:
    with nights.connect() as connection:
        vault = Vault.open(nights.settings.home, connection)
        connection.commit()
        receipt = forgetting.forget(connection, vault, Wish("matching", text), datetime.now(UTC))
        sweep.sweep(connection, nights.settings.home)
    assert receipt
    return receipt
