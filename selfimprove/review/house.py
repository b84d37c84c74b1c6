"""How the pages reach the house: they read as who may only see redacted text, and act as the commands do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Literal

from selfimprove import postgres
from selfimprove.errors import DatabaseDown
from selfimprove.postgres import Connection
from selfimprove.settings import Settings


@dataclass(frozen=True, slots=True)
class Sign:
    """Whether one part of the house is well, in a few words; `step` says what to do where it is not.

    With `stands_in` it is well only because another server does its work, which a person should know.
    """

    name: str
    ok: bool
    says: str
    step: str = ""
    stands_in: bool = False

    @property
    def tone(self) -> Literal["good", "open", "bad"]:
        """How it is shown; all but the good ones need a person."""
        return ("open" if self.stands_in else "good") if self.ok else "bad"


def no_signs() -> Sequence[Sign]:
    """Of a gateway that tells nothing about itself."""
    return ()


def yes() -> bool:
    """Nights may run: whoever does not know better is careful."""
    return True


@dataclass(frozen=True, slots=True)
class House:
    """A house; `signs` tells of what runs beside the pages, `has_nights` whether a night could be under way."""

    settings: Settings
    signs: Callable[[], Sequence[Sign]] = no_signs
    has_nights: Callable[[], bool] = yes

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection as `reviewer`: redacted text and figures, nothing raw, nothing to change."""
        with self._connect("reviewer") as connection:
            if connection.execute(postgres.queries("review").may_take_role, {"role": "reviewer"}).fetchone():
                connection.execute(postgres.queries("review").take_role)  # one login does everything: be no more here
            connection.execute(postgres.queries("review").take_zone, {"zone": self.settings.timezone})
            yield connection

    @contextmanager
    def act(self) -> Iterator[Connection]:
        """A connection as `pipeline`, as the commands have it; the block is one transaction."""
        with self._connect("pipeline") as connection:
            yield connection

    @contextmanager
    def _connect(self, role: str) -> Iterator[Connection]:
        try:
            address = _address(self.settings, role)
        except DatabaseDown:
            _address.cache_clear()
            raise
        with postgres.connect(address) as connection:
            yield connection


@cache
def _address(settings: Settings, role: str) -> str:
    return postgres.url(settings, role)
