"""One text of the 25 categories, and a source of fresh values for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from selfimprove_tests.privacy.made import DIGITS, Made

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_BR")


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a category, with what must be masked in it; a text without a value must be left alone."""

    category: int
    text: str
    value: str | None = None


class Fresh(Made):
    """Values of people who do not exist, from one seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.seed = seed

    @cached_property
    def faker(self) -> Any:
        from faker import Faker

        faker = Faker(LOCALES)
        faker.seed_instance(self.seed)
        return faker

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def name(self) -> str:
        """A first name in ASCII letters, as in an address."""
        return self.until(lambda: self.faker.first_name().lower(), lambda name: name.isascii() and name.isalpha())

    def surname(self) -> str:
        return self.until(lambda: self.faker.last_name().lower(), lambda name: name.isascii() and name.isalpha())

    def host(self) -> str:
        return self.word(self.random.randint(4, 9)) + self.pick("", "-" + self.word(4))

    def d(self, length: int) -> str:
        return self.of(DIGITS, length)

    def shaped(self, shape: str) -> str:
        """The shape with a digit for each #, one that is not zero for each %."""
        return "".join(self.d(1) if c == "#" else self.of("23456789", 1) if c == "%" else c for c in shape)

    def placed(self, category: int, templates: Sequence[str], values: Sequence[str]) -> Iterator[Item]:
        """Each value in one of the templates, by turns from a random start."""
        start = self.random.randrange(len(templates))
        for number, value in enumerate(values):
            template = templates[(start + number) % len(templates)]
            yield Item(category, template.replace("{}", value), value)
