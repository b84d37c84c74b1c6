"""The record of a decision: what was tampered with is found, and what happened rightly is not."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.cli import tree
from selfimprove.errors import DecisionMissing
from selfimprove.privacy.vault import Vault
from selfimprove.promotion import ledger, record, table
from selfimprove.promotion.promote import judge, promote, rollback
from selfimprove.promotion.verify import Verified, verify
from selfimprove_tests.promotion.house import BAD, NIGHT, House, adapter, answers, promotable, report


@pytest.fixture
def sign(house: House) -> record.Sign:
    return record.signer(Vault.open(house.home))


@pytest.fixture
def decided(house: House, sign: record.Sign) -> tuple[str, str]:
    """A promoted adapter and a refused one, both signed; returns the ids of their reports."""
    first, first_report = promotable(house, "first")
    promote(house.connection, first_report, "run", sign)
    second_report = promotable(house, "second", champion=first, anchor=first, tasks=(BAD,))[1]
    promote(house.connection, second_report, "run", sign)
    return first_report, second_report


def found(house: House, sign: record.Sign, of: str = "") -> list[str]:
    return [wrong for one in verify(house.connection, of, sign) for wrong in one.mismatches]


def test_what_was_decided_matches_what_is_stored(house: House, sign: record.Sign, decided: tuple[str, str]) -> None:
    checked = verify(house.connection, "", sign)
    assert [(one.report_id, one.decision) for one in checked] == [(decided[0], "promote"), (decided[1], "reject")]
    assert [one.mismatches + one.notes for one in checked] == [(), ()]
    assert isinstance(checked[0], Verified)
    assert [one.report_id for one in verify(house.connection, decided[1][:9], sign)] == [decided[1]]
    with pytest.raises(DecisionMissing, match="Nothing was decided about 'zz' yet"):
        verify(house.connection, "zz", sign)


def test_judging_again_and_going_back_change_no_record(
    house: House, sign: record.Sign, decided: tuple[str, str]
) -> None:
    query = "select report_id, sha256, signature from decisions order by 1"
    before = house.connection.execute(query).fetchall()
    judge(house.connection, decided[1], "later", sign)
    promote(house.connection, decided[0], "later", sign)
    rollback(house.connection)
    assert house.connection.execute(query).fetchall() == before
    assert found(house, sign) == []


def test_a_later_word_of_promotion_is_sealed_anew(house: House, sign: record.Sign) -> None:
    _, report_id = promotable(house, "first")
    house.connection.execute("update reports set created_at = now() - interval '40 hours'")
    judge(house.connection, report_id, "run", sign)
    first = table.one(house.connection, "decision_of_report", report_id=report_id)
    promote(house.connection, report_id, "run", sign)
    last = table.one(house.connection, "decision_of_report", report_id=report_id)
    assert (first["decision"], last["decision"]) == ("promote", "not_enough_evidence")
    assert first["sha256"] != last["sha256"]
    assert last["record"]["decision"] == "not_enough_evidence"
    assert found(house, sign) == []


CORE = "eval_results join eval_examples e on e.id = example_id where task = 'core'"
PASSED = "(select jsonb_agg(v || '{\"outcome\": \"passed\"}') from jsonb_array_elements(verdicts) v)"
FORGED = "insert into promotions (action, adapter_id, report_id) select 'promoted', adapter_id, report_id from"
RESULT = "update eval_results set passed = not passed where (model, example_id) = (select model, example_id from"
TAMPERED = {
    "a result": (
        f"{RESULT} {CORE} and model like '%%+%%' limit 1)",
        "results.core: what is stored now says otherwise",
    ),
    "a loss": ("update eval_results set loss = loss + 0.5 where model like '%%+%%'", "results.core"),
    "a verdict": (
        "update decisions set verdicts = jsonb_set(verdicts, '{3,outcome}', '\"passed\"')",
        "keeps_core was passed (core against the champion: -57.5",
    ),
    "a margin backdated": (
        "insert into margins (name, value, declared_at) values ('core_drop', 0.9, '2001-01-01')",
        "thresholds.core_drop: what is stored now says otherwise",
    ),
    "the decision": (
        "update decisions set decision = 'promote', reasons = '[]'",
        "its decision is promote, and its gates said reject",
    ),
    "decision and verdicts": (
        f"update decisions set decision = 'promote', reasons = '[]', verdicts = {PASSED}",
        "decision: its row says otherwise now",
    ),
    "the level": ("update decisions set alpha = 0.5", "alpha: its row says otherwise now"),
    "what was spent": ("update decisions set spent = 0.04 where decision = 'promote'", "spent: its row says otherwise"),
    "the recipe": ("update adapters set recipe = '{\"rank\": 64}'", "recipe.rank: what is stored now says otherwise"),
    "a measurement": (
        "update reports set measurements = measurements || '{\"latency_ratio\": 1.0}'",
        "measurements.latency_ratio: what is stored now says otherwise",
    ),
    "the ledger": ("update ledger set score = 1 where role = 'challenger' and task = 'core'", "the ledger's entry for"),
    "the record": ("update decisions set record = record || '{\"code\": \"other\"}'", "is not the one that was hashed"),
    "the record away": ("update decisions set record = '{}', sha256 = '', signature = ''", "it has no record"),
    "a promotion forged": (
        f"{FORGED} decisions where decision = 'reject'", "it made its adapter champion, and its decision is reject",
    ),
    "an example away": (
        "delete from report_examples where example_id = (select min(example_id) from report_examples)",
        "what is stored now says otherwise",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_found(
    house: House, sign: record.Sign, decided: tuple[str, str], what: str
) -> None:
    change, told = TAMPERED[what]
    house.connection.execute(change)
    assert any(told in wrong for wrong in found(house, sign)), found(house, sign)


def test_a_record_rewritten_whole_lacks_the_signature(
    house: House, sign: record.Sign, decided: tuple[str, str]
) -> None:
    row = table.one(house.connection, "decision_of_report", report_id=decided[1])
    forged = {**row["record"], "recipe": {"rank": 64}}
    house.connection.execute("update adapters set recipe = '{\"rank\": 64}'")
    house.connection.execute(
        "update decisions set record = %s, sha256 = %s where report_id = %s",
        (json.dumps(forged), record.digest(forged), decided[1]),
    )
    assert found(house, sign, decided[1]) == ["its record is not signed with this house's key"]
    other = record.signer(Vault.open(house.home.parent / "another house"))
    assert found(house, other, decided[0])[0] == "its record is not signed with this house's key"


def test_what_was_forgotten_since_is_no_mismatch(house: House, sign: record.Sign, decided: tuple[str, str]) -> None:
    gone = "(select e.id from eval_examples e where e.task = 'fresh' order by e.id limit 3)"
    house.connection.execute(f"delete from eval_examples where id in {gone}")
    assert found(house, sign) != []
    house.connection.execute(
        "insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs, at)"
        " values ('r', 'chat', 'h', '{}', '{}', '{}', '{}', clock_timestamp())"
    )
    checked = verify(house.connection, "", sign)
    assert [one.mismatches for one in checked] == [(), ()]
    assert any("forgotten since" in note for one in checked for note in one.notes)
    house.connection.execute("update decisions set decision = 'promote', reasons = '[]' where decision = 'reject'")
    assert "its decision is promote, and its gates said reject" in found(house, sign)


def test_a_decision_from_before_records_is_named_so(house: House, sign: record.Sign, decided: tuple[str, str]) -> None:
    house.connection.execute("update decisions set record = '{}', sha256 = '', signature = ''")
    house.connection.execute("update decisions set judged_at = judged_at - interval '1 year'")
    house.connection.execute("delete from ledger")
    checked = verify(house.connection, decided[0], sign)
    assert (checked[0].mismatches, checked[0].notes) == ((), ("it was decided before records were kept",))


def test_the_record_names_data_recipe_code_thresholds_and_results(
    house: House, sign: record.Sign, decided: tuple[str, str]
) -> None:
    row = table.one(house.connection, "decision_of_report", report_id=decided[0])
    kept = row["record"]
    assert kept["dataset_id"] == "data of first"
    assert set(kept) >= {"recipe", "files", "measurements", "models", "verdicts", "alpha", "spent", "night"}
    assert kept["thresholds"]["core_drop"] == 0.03
    assert set(kept["results"]) == {"core", "refusals", "fresh", "holdout"}
    assert kept["code"] == record.code()
    assert 0.2 < kept["detectable"] < 0.6
    assert row["sha256"] == record.digest(kept)
    assert row["signature"] == sign(row["sha256"])
    assert sign("x") != Vault.open(house.home).keyed_hash(b"x")


def test_the_ledger_is_written_with_the_decision_and_adds_up(
    house: House, sign: record.Sign, decided: tuple[str, str]
) -> None:
    entries = ledger.read(house.connection)
    core = {one.role: one for one in entries if one.task == "core" and one.report_id == decided[1]}
    assert list(core) == ["base", "anchor", "champion", "challenger"]
    assert (core["champion"].score, core["champion"].n) == (pytest.approx(238 / 240), 240)
    assert core["challenger"].margin == pytest.approx((100 - 238) / 240)
    assert core["anchor"].margin == 0
    assert core["challenger"].loss == pytest.approx(0.1 + 2 * 140 / 240)
    assert len(entries) == 2 * 4 * 4
    house.connection.rollback()
    assert ledger.read(house.connection) == []  # with the decision, or not at all


def test_the_ledger_of_one_task_is_the_newest_night_first(house: House) -> None:
    for days in (0, 2, 1):
        one = adapter(house, f"night {days}", NIGHT + timedelta(days=days))
        judge(house.connection, report(house, one), "run")
    nights = [entry.night for entry in ledger.read(house.connection, "core") if entry.role == "challenger"]
    assert nights == [NIGHT + timedelta(days=days) for days in (2, 1, 0)]
    last = ledger.text(ledger.read(house.connection, "core")).splitlines()[-1]
    assert last.split() == ["2031-05-02", "core", "challenger", "99.2%", "0.117", "240", "+0.0"]
    assert ledger.text([]) == "No report was judged yet."


@pytest.fixture
def shell(database: str, house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    monkeypatch.setenv("SELFIMPROVE_HOME", str(house.home))
    settings_.current.cache_clear()
    yield CliRunner()
    settings_.current.cache_clear()


def test_the_commands_say_it_and_exit_1_on_a_mismatch(
    shell: CliRunner, house: House, decided: tuple[str, str]
) -> None:
    house.connection.commit()
    whole = shell.invoke(tree, ["promotion", "verify"])
    assert (whole.exit_code, whole.stdout.count("  matches")) == (0, 2)
    explained = shell.invoke(tree, ["promotion", "explain", decided[0][:12]]).stdout
    assert "signed with this house's key: `selfimprove promotion verify" in explained
    assert "level 0.0017, of which" in explained
    assert len(json.loads(shell.invoke(tree, ["promotion", "ledger", "--json"]).stdout)) == 32
    house.connection.execute("update decisions set decision = 'promote' where decision = 'reject'")
    house.connection.commit()
    broken = shell.invoke(tree, ["promotion", "verify", "--json"])
    assert broken.exit_code == 1
    assert [bool(one["mismatches"]) for one in json.loads(broken.stdout)] == [False, True]
    assert answers(house) is not None
