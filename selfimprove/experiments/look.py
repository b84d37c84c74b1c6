"""Look at the experiment under way, and do what follows."""

from selfimprove.errors import ExperimentOver
from selfimprove.experiments import judge, table
from selfimprove.experiments.experiment import Experiment, Look, Outcome
from selfimprove.experiments.tally import tally
from selfimprove.postgres import Connection
from selfimprove.promotion import promote
from selfimprove.promotion import table as promotions


def look(connection: Connection) -> tuple[Experiment, Look] | None:
    """Judge the experiment under way by what is stored now; None where none is.

    A challenger that does harm is rolled back in the same transaction. However often and by whomever this is called,
    the chance of demoting a challenger that is as good stays below the experiment's level.
    """
    with connection.transaction():
        promotions.lock(connection)
        table.close_replaced(connection)
        experiment = table.running(connection)
        if experiment is None:
            return None
        found = peek(connection, experiment)
        _act(connection, experiment, found)
        return experiment, found


def peek(connection: Connection, experiment: Experiment) -> Look:
    """What a look would find now, without anything coming of it."""
    arms = tally(experiment, table.chats(connection, experiment))
    return judge.look(experiment, *arms, table.now(connection), table.shadows(connection, experiment))


def stop(connection: Connection, beginning: str, *, keep: Outcome = Outcome.STOPPED) -> Outcome:
    """End an experiment by a person's word: the challenger answers alone, or with DEMOTED the voice before it does.

    Raises:
        ExperimentUnknown: none or several have an id that begins so.
        ExperimentOver: it has ended already.
    """
    with connection.transaction():
        promotions.lock(connection)
        table.close_replaced(connection)
        row = table.row_of(connection, beginning)
        experiment = table.experiment_of(row)
        if experiment.outcome is not Outcome.RUNNING:
            raise ExperimentOver(id=experiment.id, outcome=experiment.outcome)
        arms = tally(experiment, table.chats(connection, experiment))
        found = judge.by_person(experiment, *arms, keep, table.shadows(connection, experiment))
        _act(connection, experiment, found)
        return keep


def _act(connection: Connection, experiment: Experiment, found: Look) -> None:
    table.looked(connection, experiment, found)
    if found.outcome is Outcome.DEMOTED:
        promote.rollback(connection, reason=found.reason)
    elif found.outcome is not Outcome.RUNNING:
        promote.notify(connection, experiment.challenger)
