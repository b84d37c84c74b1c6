"""Where examples come from: suites on disk, and the owner's own chats."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from selfimprove.chats.chat import Message
from selfimprove.errors import SuiteInvalid
from selfimprove.evals.grader_problems import problems
from selfimprove.evals.task import LIKELIHOOD, EvalExample, grader_for

SUITES = ("core", "refusals")
MANIFEST = "manifest.json"
MOST_RUNS = 64
ROLES = ("system", "user", "assistant", "tool")
PINNED = "similarity:0.8"  # of a pinned answer too long to be compared letter by letter


def suites(folder: Path) -> list[EvalExample]:
    """The core and refusal suites of a base model.

    Raises:
        SuiteInvalid: a file is missing, is not the one its manifest froze, or a line cannot be used; both are named.
    """
    frozen = hashes(folder)
    for path in (folder / f"{task}.jsonl" for task in SUITES):
        if path.name in frozen and path.is_file() and frozen[path.name] != digest(path):
            raise SuiteInvalid(path=path, line=0, reason=f"it is not the file that {MANIFEST} froze; put that one back")
    return [example for task in SUITES for example in load(folder / f"{task}.jsonl", task)]


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 that a folder's manifest gives its files; none where it has no manifest, as an owner's own may."""
    manifest = folder / MANIFEST
    found: dict[str, str] = orjson.loads(manifest.read_bytes()).get("sha256", {}) if manifest.is_file() else {}
    return found


def digest(path: Path) -> str:
    """The sha256 of a file: the version of a suite."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(path: Path, task: str) -> list[EvalExample]:
    """The examples of one JSONL file, as `suites` describes."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as exc:
        raise SuiteInvalid(path=path, line=0, reason=exc.strerror or str(exc)) from exc
    found: dict[str, EvalExample] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            example = _example(task, path, number, line)
            if found.setdefault(example.id, example) is not example:
                raise SuiteInvalid(path=path, line=number, reason="the same example stands above")
    return list(found.values())


def from_conversation(
    task: str, messages: Sequence[Message], chat_id: str | None, position: int | None = None, *, is_own: bool = False
) -> EvalExample | None:
    """The answer at `position`, the last message without one, as an example; None where no answer follows a prompt.

    `is_own`: a model of this house gave it.
    """
    at = len(messages) - 1 if position is None else position
    if not 0 < at < len(messages) or messages[at].role != "assistant" or not messages[at].content.strip():
        return None
    reference = messages[at].content
    made = EvalExample(task, "", grader_for(reference, is_own=is_own), tuple(messages[:at]), reference, chat_id)
    # One conversation is one cluster; what no chat supplied is a cluster of its own.
    return EvalExample(task, chat_id or made.id, made.grader, made.messages, reference, chat_id)


def pinned(row: Mapping[str, Any]) -> EvalExample | None:
    """A golden chat as an example; a correction of the pinned answer takes the answer's place as the reference."""
    messages = [Message(m["role"], m["content"]) for m in row["messages"]]
    at = row["position"]
    better = [f["text"] for f in row["feedback"] if f["kind"] == "correction" and f["position"] == at and f["text"]]
    if better and at < len(messages):
        messages[at] = Message("assistant", better[-1])
    made = from_conversation("golden", messages, row["chat_id"], at)
    return replace(made, grader=PINNED) if made and made.grader == LIKELIHOOD else made


def _example(task: str, path: Path, number: int, line: bytes) -> EvalExample:
    problem = next(_problems(line), None)
    if problem:
        raise SuiteInvalid(path=path, line=number, reason=problem)
    value = orjson.loads(line)
    messages = tuple(Message(m["role"], m["content"]) for m in value["messages"])
    return EvalExample(task, value["slice"], value["grader"], messages, value["reference"], runs=value.get("runs", 0))


def _problems(line: bytes) -> Iterator[str]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        yield f"it is not JSON ({exc})"
        return
    if not isinstance(value, dict):
        yield "it is not a JSON object"
        return
    for key in ("reference", "grader", "slice"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            yield f"{key!r} is missing or empty"
    if not isinstance(value.get("runs", 0), int) or not 0 <= value.get("runs", 0) <= MOST_RUNS:
        yield f"'runs' is no number of sampled answers, 0 to {MOST_RUNS}"
    yield from _message_problems(value.get("messages"))
    yield from problems(value["grader"], value["reference"])


def _message_problems(messages: object) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        yield "'messages' is missing or empty"
        return
    for message in messages:
        match message:
            case {"role": str(role), "content": str()} if role in ROLES:
                continue
            case _:
                yield "a message is not {'role', 'content'}"
    if messages[-1].get("role") != "user":
        yield "the last message is not the user's"
