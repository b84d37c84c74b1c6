"""What texts may repeat, what they do repeat, and which of them stay for others to repeat."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The id of the earliest text that stays and that this one repeats, and their share of common 5-grams."""

    original: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Earlier ids that a text may repeat: the first with an equal hash, and those with a like sketch, earliest first.

    Of texts with an equal hash the first alone is named.
    """

    equal: str | None
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of texts that others may repeat, by the first id of equal ones; of what is absent, the first stays.

    `repeats`: they repeat another. `instead`: the first is left out for what only it has, and of its equals this one
    stays, or none.
    """

    repeats: dict[str, Duplicate] = field(default_factory=dict)
    instead: dict[str, str | None] = field(default_factory=dict)

    def of(self, first: str) -> str | None:
        """The id of the text that stays of those equal to the first, None where none does."""
        return None if first in self.repeats else self.instead.get(first, first)

    def leave_out(self, first: str) -> None:
        """A text is left out for what its equals may not have."""
        self.instead.setdefault(first, None)

    def note(self, id: str, suspicion: Suspicion, found: Duplicate | None) -> None:
        """What a text was found to repeat goes for its equals; one that repeats nothing stays for them."""
        first = suspicion.equal or id
        if found and self.of(first) != found.original:
            self.repeats[first] = found
        elif found is None and suspicion.equal is not None:
            self.instead[first] = id
