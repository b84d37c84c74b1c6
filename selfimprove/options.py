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


class Text(click.types.StringParamType):
    """Words: bytes that are no text where the command was typed would be looked for in vain, or break off the work."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words that were given."""
        text: str = super().convert(value, param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("it is not UTF-8 text. Write it in that encoding, as `iconv -t UTF-8` does.", param, ctx)
        return text
