"""Which base model adapters are trained for, and where its files are."""

from dataclasses import dataclass
from pathlib import Path

TINY = Path(__file__).parent / "tiny" / "weights"


@dataclass(frozen=True, slots=True)
class Base:
    """A model on disk; `id` is a hash of its files, `suites` the folder of its core, refusal and replay chats."""

    id: str
    name: str
    folder: Path
    suites: Path


def resolve(name: str, home: Path) -> Base:
    """The base model called `name`."""
    raise NotImplementedError
