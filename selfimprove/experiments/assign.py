"""Which arm of an experiment a chat belongs to, and whether both voices answer it."""

import hashlib


def is_challengers(experiment_id: str, chat_id: str, share: float) -> bool:
    """Whether a chat is among the share that the challenger answers: by a hash that each experiment draws anew.

    Nobody can tell beforehand, and it is the same whenever and wherever it is asked.
    """
    return _is_drawn(f"{experiment_id}:{chat_id}", share)


def is_shadowed(experiment_id: str, chat_id: str, share: float) -> bool:
    """Whether a chat is among the share whose question both voices answer unheard: whichever arm it belongs to."""
    return _is_drawn(f"{experiment_id}:shadow:{chat_id}", share)


def _is_drawn(lot: str, share: float) -> bool:
    return int.from_bytes(hashlib.sha256(lot.encode()).digest()[:8]) < share * 2**64
