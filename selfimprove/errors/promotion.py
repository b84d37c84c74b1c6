"""Errors of decisions, of live comparisons, and of reports on them."""

from selfimprove.errors.base import SelfImproveError


class MarginUnknown(SelfImproveError):
    """No margin is called {name!r}. There are: {known}. See `selfimprove promotion margins`."""

    exit_code = 2


class MarginInvalid(SelfImproveError):
    """The margin {name} cannot be {value}: it is a finite number of 0 or more. See `selfimprove promotion margins`."""

    exit_code = 2


class ReportMissing(SelfImproveError):
    """There is no report {report!r} to judge. Run `selfimprove night`, or see `selfimprove promotion history`."""


class NothingEvaluated(SelfImproveError):
    """Nothing was evaluated yet, so there is nothing to judge. Run `selfimprove night`."""


class DecisionMissing(SelfImproveError):
    """Nothing was decided{about} yet. Run `selfimprove night`, or see `selfimprove promotion history`."""


class ChampionMissing(SelfImproveError):
    """The base model answers already: there is no adapter to {action}. See `selfimprove promotion status`."""


class RollbackRefused(SelfImproveError):
    """Cannot roll back to {name!r}: {reason}. `selfimprove promotion history` lists the adapters that were champion."""


class NothingWaits(SelfImproveError):
    """No promotion{name} waits for approval. `selfimprove promotion status` shows who answers, `promotion history` how it came to that."""


class MorningReportMissing(SelfImproveError):
    """There is no morning report {which}. Run a night with `selfimprove night`, or list the reports with `selfimprove reports list`."""


class ComparisonUnreadable(SelfImproveError):
    """Line {line} cannot be compared: {reason}. A line is {{"task": "holdout", "example": "17", "challenger": 1, "champion": 0, "base": 0}}, with higher scores better."""

    exit_code = 2


class ExperimentUnknown(SelfImproveError):
    """{found} has an id that begins with {id!r}. `selfimprove experiments list` shows them."""

    exit_code = 2


class ExperimentMissing(SelfImproveError):
    """There was no experiment yet: one begins where a night promotes an adapter and the gateway is up. `selfimprove promotion status` shows who answers."""

    exit_code = 2


class ExperimentOver(SelfImproveError):
    """Experiment {id} has ended already ({outcome}). `selfimprove promotion rollback` takes the champion back, whatever it came to."""
