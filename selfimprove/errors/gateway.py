"""Errors of the day: who answers, and to whom."""

from selfimprove.errors.base import SelfImproveError


class ModelUnavailable(SelfImproveError):
    """No model answers now: {reason}. Ask again in {retry_after} seconds; `selfimprove status` tells what runs."""


class SlotsFull(SelfImproveError):
    """All {slots} places for adapters are taken ({taken}). Unload one first."""


class TokenUnknown(SelfImproveError):
    """No token that is valid has the id or name {given!r}. `selfimprove tokens list` shows them."""

    exit_code = 2


class TokenTaken(SelfImproveError):
    """A valid token is called {name!r} already. Choose another name, or revoke that one with `selfimprove tokens revoke {name}`."""

    exit_code = 2


class TokenNeeded(SelfImproveError):
    """The gateway does not answer on {host} while it has no token: anybody there could read and steer it. Make one with `selfimprove tokens add NAME`, or unset {setting}."""

    exit_code = 2


class TokensUnreadable(SelfImproveError):
    """Nobody is let in, since gateway/tokens.json in the state folder, which tells who may be, cannot be read ({reason}). It is written anew when the database answers: see to that with `selfimprove up`."""


class SpoolHeld(SelfImproveError):
    """The gateway still holds what it has not stored, in {folder}, so that the older keys are needed. See with `selfimprove doctor` why it cannot be stored, then run this again."""


class SpoolTaken(SelfImproveError):
    """Another gateway keeps its exchanges in {folder}. Stop it with `selfimprove down`, or give this one a state folder of its own: SELFIMPROVE_HOME."""


class UpstreamDown(SelfImproveError):
    """The server that SELFIMPROVE_UPSTREAM_URL names gives no answer: {reason}. Start it or look at its log; unset the variable to answer by the base model."""


class VoiceRefused(SelfImproveError):
    """Adapter {id} does not take over: {reason}. `selfimprove doctor` says who answers."""


class GatewayInTheWay(SelfImproveError):
    """The gateway holds {held} GB and did not give them back; {needed} GB are needed and {limit} GB are there. Stop it with `selfimprove down`, or raise SELFIMPROVE_MEMORY_GB, then run this again."""


class SpoolUnstored(SelfImproveError):
    """What was said by day still waits in {folder} and cannot be looked at, so that nothing was forgotten. `selfimprove doctor` says why it cannot be stored; then run this again."""
