"""`selfimprove promotion …`: who answers, why, and back again."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from selfimprove.options import Number

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.promotion.decision import Margins
    from selfimprove.promotion.record import Sign
    from selfimprove.settings import Settings

EXITS = {"promote": 0, "reject": 3, "not_enough_evidence": 4}


@click.group()
def promotion() -> None:
    """Who answers from now on: the champion, its history, and the way back.

    Example: selfimprove promotion status
    """


@promotion.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """The champion, the challenger and the last decision.

    Example: selfimprove promotion status --json
    """
    from selfimprove.promotion import tell

    with _connection() as connection:
        state = tell.status(connection)
    click.echo(_json(state) if as_json else tell.status_text(state))


@promotion.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def history(as_json: bool) -> None:
    """Every change of the champion, the newest first.

    Example: selfimprove promotion history
    """
    from selfimprove.promotion import table, tell

    with _connection() as connection:
        rows = table.history(connection)
    click.echo(_json(rows) if as_json else tell.history_text(rows))


@promotion.command()
@click.argument("adapter", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rollback(adapter: str | None, as_json: bool) -> None:
    """Go back to the champion before this one, to an ADAPTER that was champion, or to "base".

    Example: selfimprove promotion rollback
    """
    from selfimprove.promotion import promote

    with _connection() as connection:
        answers = promote.rollback(connection, adapter)
        _say_who_answers(connection, answers, as_json)


@promotion.command()
@click.option("--reason", default="", help="Why, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def veto(reason: str, as_json: bool) -> None:
    """Never let the champion answer again; the one before it takes over.

    Example: selfimprove promotion veto --reason "it forgot my name"
    """
    from selfimprove.promotion import promote

    with _connection() as connection:
        answers = promote.veto(connection, reason)
        _say_who_answers(connection, answers, as_json)


@promotion.command()
@click.argument("report_or_adapter", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def approve(report_or_adapter: str, as_json: bool) -> None:
    """Promote what waits for approval, the newest without a name, if its report still stands.

    Exits 0 promoted, 3 rejected, 4 not enough evidence any more.

    Example: selfimprove promotion approve
    """
    from selfimprove.experiments import unheard
    from selfimprove.promotion import approve as approve_
    from selfimprove.promotion import table, tell
    from selfimprove.settings import current

    with _signing() as (connection, sign):
        decision = approve_.approve(connection, report_or_adapter, sign)
        champion = (table.champion(connection) or {}).get("id")
        answers = unheard.said(connection, current(), champion, promoted=decision.decision == "promote")
    told = {"decision": decision.decision, "reasons": decision.reasons, "champion": champion}
    click.echo(_json(told) if as_json else tell.approved_text(decision, answers))
    sys.exit(EXITS[decision.decision])


@promotion.command()
@click.argument("report_or_adapter", default="")
@click.option("--reason", default="", help="Why, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decline(report_or_adapter: str, reason: str, as_json: bool) -> None:
    """Never let what waits for approval answer, the newest without a name; who answers now stays.

    Example: selfimprove promotion decline --reason "it talks too much"
    """
    from selfimprove.promotion import approve as approve_

    with _signing() as (connection, sign):
        adapter = approve_.decline(connection, report_or_adapter, reason, sign)
    click.echo(_json({"declined": adapter}) if as_json else f"Adapter {adapter} will never answer.")


@promotion.command()
@click.argument("report_or_adapter", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(report_or_adapter: str, as_json: bool) -> None:
    """Every gate's verdict on a report or adapter, by the start of its id; on the newest one without.

    Example: selfimprove promotion explain
    """
    from selfimprove.errors import DecisionMissing
    from selfimprove.promotion import table, tell

    with _connection() as connection:
        row = table.one(connection, "decision_of", id=report_or_adapter)
    if row is None:
        raise DecisionMissing(about=f" about {report_or_adapter!r}" if report_or_adapter else "")
    click.echo(_json(row) if as_json else tell.decision_text(row))


@promotion.command(name="verify")
@click.argument("adapter", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def verify_(adapter: str, as_json: bool) -> None:
    """Compute every number of a decision again from the stored results, of all without ADAPTER. Exits 1 on a mismatch.

    ADAPTER is an adapter's or report's id, or its beginning.

    Example: selfimprove promotion verify
    """
    from selfimprove.promotion import tell, verify

    with _signing() as (connection, sign):
        found = verify.verify(connection, adapter, sign)
    click.echo(_json([asdict(one) for one in found]) if as_json else tell.verified_text(found))
    sys.exit(any(one.mismatches for one in found))


@promotion.command(name="ledger")
@click.option("--task", default="", help="This task alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def ledger_(task: str, as_json: bool) -> None:
    """How every compared model did on every task, the newest night first, and how far that is from the anchor.

    Example: selfimprove promotion ledger --task core
    """
    from selfimprove.promotion import ledger

    with _connection() as connection:
        found = ledger.read(connection, task)
    click.echo(_json([asdict(one) for one in found]) if as_json else ledger.text(found))


@promotion.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.pass_context
def margins(context: click.Context, as_json: bool) -> None:
    """The limits of the gates, with when and why they were declared.

    Example: selfimprove promotion margins --json
    """
    from selfimprove.promotion import margins, tell

    if context.invoked_subcommand is None:
        with _connection() as connection:
            rows = margins.declared(connection)
        click.echo(_json(rows) if as_json else tell.margins_text(rows))


@margins.command(name="set")
@click.argument("name")
@click.argument("value", type=float)
@click.option("--reason", required=True, help="Why, for the record.")
def set_(name: str, value: float, reason: str) -> None:
    """Declare the limit NAME for the nights to come.

    Example: selfimprove promotion margins set core_drop 0.02 --reason "the suite has 800 items now"
    """
    from selfimprove.promotion import margins

    with _connection() as connection:
        margins.declare(connection, name, value, reason)
    click.echo(f"{name} is {value:g} for the nights to come.", err=True)


@promotion.command()
@click.option("--nights", default=365, show_default=True, type=click.IntRange(1), help="Nights of a year.")
@click.option("--effect", default=0.0, show_default=True, type=Number(-1, 1), help="True gain, a share of the items.")
@click.option("--examples", default=40, show_default=True, type=click.IntRange(1), help="Target items of a night.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of everything that is drawn.")
@click.option("--years", default=20, show_default=True, type=click.IntRange(1), help="How often the year is lived.")
@click.option("--reused", default=0.0, show_default=True, type=Number(0, 1), help="Share asked every night.")
@click.option("--cluster", default=1, show_default=True, type=click.IntRange(1), help="Items that go together.")
@click.option(
    "--drift", default=0.0, show_default=True, type=Number(0, 1), help="Share of the core each challenger loses."
)
@click.option("--core", default=0, show_default=True, type=click.IntRange(0), help="Core items; 0 leaves them out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(years: int, seed: int, as_json: bool, **lived: Any) -> None:
    """Years of made-up nights through the real gates: false promotions, power, and the error budget spent.

    Example: selfimprove promotion simulate --nights 365 --effect 0 --examples 40 --seed 1
    """
    from selfimprove.promotion import simulate as simulate_
    from selfimprove.promotion import tell
    from selfimprove.settings import current

    found = simulate_.simulate(simulate_.Scenario(**lived), years, seed, _limits(current()))
    click.echo(_json(found) if as_json else tell.simulation_text(found))


@click.command()
@click.option("--jsonl", is_flag=True, required=True, help="Read JSON lines on standard input.")
def compare(jsonl: bool) -> None:
    """Judge scores on standard input by the gates' rules. Exits 0 promote, 3 reject, 4 not enough evidence.

    A line is {"task", "example", "challenger", "champion", "base"} and, where examples go together, "cluster". Tasks
    named core, refusals and golden must not get worse; on the others a gain is looked for. Higher scores are better; of
    scores outside 0 to 1 the range of challenger and champion counts, but for a hundredth at either end. The decision
    is one JSON object with its intervals.

    Example: selfimprove evals compare --jsonl < scores.jsonl
    """
    from selfimprove.promotion import compare as compare_
    from selfimprove.settings import current

    lines, limits = compare_.read(sys.stdin.buffer), _limits(current())
    evidence, decision = compare_.judge(lines, limits)
    click.echo(_json(compare_.told(evidence, decision, limits)))
    sys.exit(EXITS[decision.decision])


def _limits(settings: "Settings") -> "Margins":
    """The house's limits; the shipped ones without a house, or while its database is down."""
    from selfimprove.errors import DatabaseDown
    from selfimprove.promotion import margins

    try:
        return margins.of_house(settings)
    except DatabaseDown as exc:
        click.echo(f"{exc} The shipped margins are used.", err=True)
        return margins.SHIPPED


@contextmanager
def _connection() -> "Iterator[Connection]":
    from selfimprove import postgres
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        yield connection


@contextmanager
def _signing() -> "Iterator[tuple[Connection, Sign]]":
    """A connection, and what signs records with the house's key."""
    from selfimprove.privacy.vault import Vault
    from selfimprove.promotion.record import signer
    from selfimprove.settings import current

    with _connection() as connection:
        yield connection, signer(Vault.open(current().home, connection))


def _say_who_answers(connection: "Connection", answers: str, as_json: bool) -> None:
    from selfimprove.experiments import unheard
    from selfimprove.settings import current

    champion = None if answers == "base" else answers
    click.echo(_json({"champion": champion}) if as_json else unheard.said(connection, current(), champion))


def _json(value: Any) -> str:
    return json.dumps(value, default=str)
