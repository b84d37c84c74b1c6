"""Errors of pages and of the terminal."""

from selfimprove.errors.base import SelfImproveError


class NothingToRate(SelfImproveError):
    """Chat {chat} has no answer at position {position} that could be rated; it may have been forgotten since. Go on with the next one under /review."""


class CorrectionEmpty(SelfImproveError):
    """A correction has to say what the answer should have been. Go back, write it, and save again."""


class CorrectionUnchanged(SelfImproveError):
    """That is the answer as it was given: a correction would say that it is wrong. Change it, or rate it good."""


class ChangedMeanwhile(SelfImproveError):
    """{what} since this page was shown, so nothing was done. Look at the page again, then decide."""


class ForgetUnclear(SelfImproveError):
    """Nothing was forgotten: {reason}. Go back and say what to forget."""


class ReceiptUnknown(SelfImproveError):
    """There is no receipt {id!r}. The page Forget lists them, and the folder receipts/ of the house holds their files."""


class GatewayDown(SelfImproveError):
    """The gateway does not answer at {address} ({reason}). Start it with `selfimprove up`, or check SELFIMPROVE_GATEWAY_PORT."""


class GatewayWentAway(SelfImproveError):
    """The gateway went away in the midst of an answer ({reason}). `selfimprove status` shows whether it runs; ask again."""


class GatewayRefused(SelfImproveError):
    """The gateway refused ({status}): {reason}{hint}"""
