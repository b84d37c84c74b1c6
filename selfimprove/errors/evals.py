"""Errors of measuring."""

from selfimprove.errors.base import SelfImproveError


class SuiteInvalid(SelfImproveError):
    """The suite {path}, line {line}, cannot be used: {reason}. Correct it; `selfimprove evals run --adapter base` tries it."""


class NothingToEvaluate(SelfImproveError):
    """Every adapter has its decision already, or there is none. Train one with `selfimprove night`."""


class ReportUnknown(SelfImproveError):
    """{found} reports have an id that begins with {given!r}. `selfimprove evals report latest` shows the newest."""


class PinImpossible(SelfImproveError):
    """Message {position} of chat {chat} is no answer to a question. Its answers are at {answers}; choose one with --position."""


class HarnessMissing(SelfImproveError):
    """lm-evaluation-harness is not installed. Install it with `pip install "selfimprove[lm-eval]"`, then run this again."""

    exit_code = 2
