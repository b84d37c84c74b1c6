"""CredSweeper in a process of its own: a few hundred rules and a small network that look for secrets, line by line."""

import logging
import os
import string
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import orjson

from selfimprove.datasets.second_opinion import Reader
from selfimprove.errors import SecondOpinionMissing
from selfimprove.models.serve import Log
from selfimprove.privacy.fold import PLACEHOLDER

Do = Callable[[str, dict[str, Any]], dict[str, Any]]
LIBRARY = "credsweeper"
THRESHOLD = "lowest"  # its own name for the most suspicious: no false alarm in 2165 chats and pieces of code
BATCH = 16
RULE_VERSION = "1"


def reader(do: Do) -> Reader:
    """CredSweeper as a second reader; `do` has a worker do a job.

    A text with a secret is put among the others each time: a reader that misses it is out of order.
    """
    name = f"credsweeper {version(LIBRARY)}, {THRESHOLD} threshold, {RULE_VERSION}"

    def read(texts: Sequence[str]) -> list[list[str]]:
        said = do("selfimprove.datasets.sweep:sweep", {"texts": [*texts, planted()]})
        found: list[list[str]] = said["found"]
        if not found or not found[-1]:
            raise SecondOpinionMissing(reader=name, reason="it no longer finds a secret that was put there for it")
        return found[:-1]

    return Reader("left_over_secret", name, read)


def planted() -> str:
    """A line with a made-up key, the same each time."""
    key = "".join(Random(LIBRARY).choices(string.ascii_letters + string.digits, k=40))
    return f'api_key = "{key}"'


def load() -> None:
    """What a worker does before it is asked anything.

    CredSweeper's readers of office files, archives and programs take half of its time to load; texts are all it gets.
    """
    files = ModuleType("credsweeper.deep_scanner.deep_scanner")
    files.DeepScanner = object  # type: ignore[attr-defined]
    sys.modules[files.__name__] = files
    _scanners()
    _network()


def sweep(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """A worker's job: for each of `job["texts"]` the names of the rules that find a secret in it."""
    logging.disable(logging.CRITICAL)  # it logs what it finds
    try:
        return {"found": find(job["texts"])}
    except Exception as exc:  # noqa: BLE001  what it raises may quote the text
        raise SecondOpinionMissing(reader="CredSweeper", reason=type(exc).__name__) from None


def find(texts: Sequence[str]) -> list[list[str]]:
    """For each text the rules whose hits the network does not take for harmless, those for code and those for prose.

    A pseudonym is read as three asterisks, which CredSweeper knows as a value that was taken out.
    """
    found: list[list[str]] = [[] for _ in texts]
    for scanner in _scanners():
        hits = [hit for number, text in enumerate(texts) for hit in scanner.scan(_provider(number, text))]
        for hit in _confirmed(hits):
            found[int(hit.line_data_list[0].path)].append(hit.rule_name)
    return found


def _provider(number: int, text: str) -> Any:
    from credsweeper import StringContentProvider

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a class that is to move
        return StringContentProvider(PLACEHOLDER.sub("***", text).splitlines(), file_path=str(number), file_type="")


def _confirmed(hits: Sequence[Any]) -> list[Any]:
    """Hits of rules that need no network's word, and those that have it; it gives one word for each value of a line."""
    from credsweeper.credentials.candidate_key import CandidateKey

    groups: dict[Any, list[Any]] = {}
    for hit in hits:
        groups.setdefault(CandidateKey(hit.line_data_list[0]), []).append(hit)
    asked = [(key, group) for key, group in groups.items() if any(hit.use_ml for hit in group)]
    likely = _network().validate_groups(asked, BATCH, None)[0] if asked else ()
    harmless = {key for (key, _), is_one in zip(asked, likely, strict=True) if not is_one}
    return [hit for key, group in groups.items() for hit in group if not (hit.use_ml and key in harmless)]


@cache
def _scanners() -> list[Any]:
    """The rules for code and those for prose, every one of them."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else onnxruntime, loaded here, tells its maker of its use
    import credsweeper
    from credsweeper.config.config import Config
    from credsweeper.scanner.scanner import Scanner

    given = orjson.loads((Path(credsweeper.__file__).parent / "secret" / "config.json").read_bytes())
    ours = {"use_filters": True, "find_by_ext": False, "size_limit": None, "pedantic": False, "depth": 0}
    least = {"severity": "info", "confidence": "weak"}
    return [Scanner(Config({**given, **ours, **least, "doc": is_prose}), None) for is_prose in (False, True)]


@cache
def _network() -> Any:
    from credsweeper import MlValidator, ThresholdPreset

    return MlValidator(ThresholdPreset(THRESHOLD), ml_threads_limit=1)
