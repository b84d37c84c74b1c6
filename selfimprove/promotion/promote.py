"""Move the champion: by evidence, or back by a person's word; each in one transaction."""

from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import verified_folder
from selfimprove.errors import AdapterCorrupt, ChampionMissing, RollbackRefused
from selfimprove.evals import table as evals
from selfimprove.evals.report import report_id as id_of_report
from selfimprove.postgres import Connection
from selfimprove.promotion import ledger, record, table
from selfimprove.promotion.decision import Action, Decision, Margins, Word
from selfimprove.promotion.evidence import Evidence
from selfimprove.promotion.gate import decide
from selfimprove.promotion.record import Sign
from selfimprove.promotion.standing import Standing, final

BASE = "base"
FORGOTTEN = "it learned from chats that were forgotten since"


def judge(connection: Connection, report_id: str, run_id: str, sign: Sign | None = None) -> Decision:
    """What the gates say about a report's stored results; the first time it is also stored, with ledger and record.

    A record is signed where it can be; one that was sealed before stands.

    Raises:
        ReportMissing: there is no such report.
    """
    connection.execute(table.query("judging"))
    earlier = table.stored(connection, report_id)
    evidence, limits = _found(connection, report_id)
    decision = decide(evidence, limits)
    if earlier is None:
        table.store(connection, evidence, decision, run_id)
        ledger.write(connection, evidence)
        record.seal(connection, evidence, limits, sign)
    return decision


def promote(
    connection: Connection, report_id: str, run_id: str, sign: Sign | None = None, *, ask: bool = False
) -> Decision:
    """Judge a report again; only if every gate passes and nothing else speaks against it, its adapter becomes champion.

    With `ask`, a person is asked instead, and the one who answers stays. Whoever calls, and however often: a report is
    spent once. Listeners of `selfimprove_promotion` get the adapter's id
    when the transaction commits.

    Raises:
        ReportMissing: there is no such report.
    """
    with connection.transaction():
        table.lock(connection)
        spent = table.one(connection, "spent", report_id=report_id)
        if spent:
            return _already(spent["adapter_id"], spent["answers"])
        decision = _decide_now(connection, report_id, run_id, sign)
        if decision.decision is Word.PROMOTE and ask:
            connection.execute(table.query("ask"), {"report_id": report_id})
        elif decision.decision is Word.PROMOTE:
            connection.execute(table.query("promote"), {"report_id": report_id})
            table.answered(connection, report_id, "approved")
            notify(connection, table.report(connection, report_id)["adapter_id"])
        return decision


def rollback(connection: Connection, adapter_id: str | None = None, reason: str = "") -> str:
    """Put back the champion before this one, or the one named ("base" is the base model); returns who answers now.

    `reason` is for the history. A champion whose files are damaged is passed over.

    Raises:
        ChampionMissing: the base model answers already.
        RollbackRefused: the one named was never champion, was vetoed, is tainted or damaged, or answers already.
    """
    with connection.transaction():
        table.lock(connection)
        champion = table.champion(connection)
        if champion is None and adapter_id in (None, BASE):
            raise ChampionMissing(action="roll back from")
        current = champion["id"] if champion else None
        if adapter_id is None and current:
            back = before(connection, current)
        else:
            back = _named(connection, adapter_id, current)
        return _move(connection, Action.ROLLED_BACK, back, current, reason)


def veto(connection: Connection, reason: str) -> str:
    """Never let the champion answer again; the one before it takes over. Returns who answers now.

    Raises:
        ChampionMissing: the base model answers, and it cannot be vetoed.
    """
    with connection.transaction():
        table.lock(connection)
        champion = table.champion(connection)
        if champion is None:
            raise ChampionMissing(action="veto")
        return _move(connection, Action.VETOED, before(connection, champion["id"]), champion["id"], reason)


def retract(connection: Connection) -> str | None:
    """Let a champion that learned from forgotten chats answer no more: the newest clean one before it takes over.

    Returns the id of who answers then, None for the base model; a clean champion stays.
    """
    with connection.transaction():
        table.lock(connection)
        champion = table.champion(connection)
        if champion and table.one(connection, "is_tainted", adapter_id=champion["id"]):
            back = before(connection, champion["id"])
            _move(connection, Action.ROLLED_BACK, back, champion["id"], FORGOTTEN)
            return back
        return champion["id"] if champion else None


def damage(connection: Connection, adapter_id: str) -> str | None:
    """What is wrong with an adapter's files; None when they are what its row says."""
    try:
        verified_folder(adapters.read(connection, adapter_id))
    except AdapterCorrupt as exc:
        return str(exc)
    return None


def _found(connection: Connection, report_id: str) -> tuple[Evidence, Margins]:
    """A report's evidence, and the limits that were declared before its data was frozen."""
    limits = table.margins_of(connection, table.report(connection, report_id)["limits_at"])
    return table.evidence(connection, report_id), limits


def _decide_now(connection: Connection, report_id: str, run_id: str, sign: Sign | None) -> Decision:
    """The report's last word so far: gates, then standing; stored."""
    earlier = table.stored(connection, report_id)
    judged = judge(connection, report_id, run_id, sign)
    evidence, limits = _found(connection, report_id)
    decision = final(judged, earlier, _standing(connection, report_id), limits)
    if table.amend(connection, report_id, decision, run_id):
        record.seal(connection, evidence, limits, sign)
    return decision


def _standing(connection: Connection, report_id: str) -> Standing:
    facts = table.one(connection, "standing", report_id=report_id)
    [compared] = evals.reports_like(connection, report_id)
    assert facts is not None
    whole = id_of_report(compared.lineup, compared.example_ids) == compared.id
    seen = evals.trained_on(connection, compared)
    return Standing(**facts, is_whole=whole, trained_on=seen, damage=damage(connection, compared.adapter_id))


def _already(adapter_id: str, answers: bool) -> Decision:
    if answers:
        return Decision(Word.PROMOTE, (f"adapter {adapter_id[:12]} answers already; nothing was changed",), ())
    reason = f"this report made adapter {adapter_id[:12]} champion once, and it was replaced since; nothing was changed"
    return Decision(Word.REJECT, (reason,), ())


def before(connection: Connection, current: str) -> str | None:
    """The nearest champion before this one that may still answer; None for the base model."""
    line = connection.execute(table.query("line"), {"adapter_id": current}).fetchall()
    return next((row["id"] for row in line if row["usable"] and not damage(connection, row["id"])), None)


def _named(connection: Connection, name: str | None, current: str | None) -> str | None:
    if name == BASE:
        return None
    found = connection.execute(table.query("accepted"), {"id": name}).fetchall()
    reason = None
    if len(found) != 1:
        reason = "several champions' ids begin so" if found else "it was never champion"
    elif found[0]["vetoed"] or found[0]["tainted"]:
        reason = "it was vetoed" if found[0]["vetoed"] else FORGOTTEN
    elif found[0]["id"] == current:
        reason = "it answers already"
    elif adapters.read(connection, found[0]["id"]).pruned_at:
        reason = "its files were pruned to save room"
    elif damage(connection, found[0]["id"]):
        reason = "its files are missing or damaged"
    if reason:
        raise RollbackRefused(name=name, reason=reason)
    return str(found[0]["id"])


def _move(connection: Connection, action: Action, to: str | None, current: str | None, reason: str) -> str:
    parameters = {"action": action, "adapter_id": to, "replaced": current, "reason": reason}
    connection.execute(table.query("move"), parameters)
    notify(connection, to or BASE)
    return to or BASE


def notify(connection: Connection, adapter_id: str) -> None:
    """Tell listeners of `selfimprove_promotion`, when the transaction commits, that who answers may have changed."""
    connection.execute(table.query("notify"), {"adapter_id": adapter_id})
