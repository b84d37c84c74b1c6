"""Kinds of option that commands of several rooms take."""

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A number within bounds: nan, which is neither below nor above any, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number that was given."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail("nan is no number.", param, ctx)
        return number
