"""What is about to be trained on, read once more by readers of another kind than the redactor's rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from selfimprove.datasets import table
from selfimprove.datasets.example import Example
from selfimprove.errors import SecondOpinionMissing
from selfimprove.postgres import Connection

Reason = Literal["left_over_secret", "left_over_name"]
Read = Callable[[Sequence[str]], Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: `read` gives for each text the names of what it found, never what that says.

    `version` names the reader with all that its verdicts depend on. One that is not `of_everything` is asked about what
    people said alone, not about the base model's own answers to the suites' prompts.
    """

    reason: Reason
    version: str
    read: Read
    of_everything: bool = True


def doubts(
    connect: Callable[[], AbstractContextManager[Connection]], readers: Iterable[Reader], examples: Sequence[Example]
) -> dict[str, Reason]:
    """Why examples must not be trained on, by their id; what a reader has read before it is not asked again.

    Raises:
        SecondOpinionMissing: what a reader says cannot be used.
        ModelWorkFailed: its process died.
    """
    found: dict[str, Reason] = {}
    with ThreadPoolExecutor() as pool:  # each reader waits for a process of its own
        for of_one in pool.map(lambda reader: _doubts(connect, reader, examples), readers):
            found = of_one | found
    return found


def _doubts(
    connect: Callable[[], AbstractContextManager[Connection]], reader: Reader, examples: Sequence[Example]
) -> dict[str, Reason]:
    asked = {e.id: e for e in examples if reader.of_everything or e.chat_id is not None}
    return {id: reader.reason for id, names in _said(connect, reader, asked).items() if names}


def _said(
    connect: Callable[[], AbstractContextManager[Connection]], reader: Reader, asked: Mapping[str, Example]
) -> dict[str, list[str]]:
    with connect() as connection:
        known = table.opinions(connection, reader.version, list(asked))
    unread = [example for id, example in asked.items() if id not in known]
    if not unread:
        return known
    said = _insist(reader, reader.read([text(example) for example in unread]), len(unread))
    new = {example.id: names for example, names in zip(unread, said, strict=True)}
    with connect() as connection:
        table.write_opinions(connection, reader.version, [(example, new[example.id]) for example in unread])
    return known | new


def text(example: Example) -> str:
    """All that an example says, message by message."""
    rejected = [] if example.rejected is None else [example.rejected]
    return "\n".join([*(message.content for message in example.messages), *rejected])


def _insist(reader: Reader, said: Any, texts: int) -> list[list[str]]:
    """What the reader said, as long as it is a list of names for each text."""
    lists = isinstance(said, list) and all(isinstance(names, list) for names in said)
    if not lists or not all(isinstance(name, str) for names in said for name in names):
        raise SecondOpinionMissing(reader=reader.version, reason="it is not a list of names for each example")
    if len(said) != texts:
        raise SecondOpinionMissing(reader=reader.version, reason=f"{len(said)} answers for {texts} examples")
    return [sorted(set(names)) for names in said]
