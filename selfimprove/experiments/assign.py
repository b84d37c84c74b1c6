"""Which arm of an experiment a chat belongs to."""

import hashlib


def is_challengers(experiment_id: str, chat_id: str, share: float) -> bool:
    """Whether a chat is among the share that the challenger answers: by a hash that each experiment draws anew.

    Nobody can tell beforehand, and it is the same whenever and wherever it is asked.
    """
    drawn = hashlib.sha256(f"{experiment_id}:{chat_id}".encode()).digest()[:8]
    return int.from_bytes(drawn) < share * 2**64
