"""Who is drawn: the same seed draws the same, whatever else takes part."""

from math import log1p

from selfimprove.datasets.example import content_id


def lot(seed: int | str, id: str) -> str:
    """Where an item stands in a draw in which all are alike: 32 hex digits, the lowest first."""
    return content_id([seed, id])


def turn(seed: int | str, id: str, weight: float) -> tuple[float, str]:
    """Where an item stands in a draw by weight, the lowest first (Efraimidis & Spirakis 2006).

    Among equal weights that is the order of lots.
    """
    drawn = lot(seed, id)
    return -log1p(-int(drawn, 16) / 16 ** len(drawn)) / weight, drawn
