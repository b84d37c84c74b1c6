"""Which base model adapters are trained for, where its files are, and what identifies it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selfimprove.errors import ModelMissing

TINY = Path(__file__).parent / "tiny" / "weights"
SUITES = Path(__file__).parent.parent / "evals" / "suites"
PATTERNS = ("config.json", "generation_config.json", "tokenizer*", "chat_template*", "special_tokens_map.json",
            "vocab.json", "merges.txt", "model*.safetensors", "model*.index.json")  # fmt: skip
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
SMALL = 64 * 2**20
SAMPLE = 2**16


@dataclass(frozen=True, slots=True)
class Base:
    """A model on disk; `id` is a hash of its files, `suites` the folder of its core, refusal and replay chats."""

    id: str
    name: str
    folder: Path
    suites: Path


def resolve(name: str, home: Path, *, download: bool = True) -> Base:
    """The base model called `name`: "tiny", a folder, or a Hugging Face repository.

    A repository is looked for in the hub's cache and in `home`/models, else downloaded into the latter.
    A folder with suites of its own is measured by them.

    Raises:
        ModelMissing: there is no such model, or it cannot be downloaded.
    """
    if name == "tiny":
        return Base(content_hash(TINY), name, TINY, TINY)
    if given := given_folder(name):
        folder = _whole(name, given.resolve())
    elif REPOSITORY.fullmatch(name):
        folder = _cached(name) or _kept(name, home) or _download(name, home, download)
    else:
        raise ModelMissing(name=name, reason="there is no such folder")
    return Base(content_hash(folder), name, folder, folder if (folder / "core.jsonl").is_file() else SUITES)


def given_folder(name: str) -> Path | None:
    """The folder that a name is the path of; None where it is none that this machine has, or could have."""
    try:
        folder = Path(name).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError):  # too long, or the home of somebody who is not known here
        return None


def content_hash(folder: Path) -> str:
    """64 hex digits over the files that decide what the model says.

    Files above 64 MB are hashed by their size, their first MB (a safetensors header names every tensor), and sixteen
    samples spread over the rest: reading 5 GB at every step of a night would cost more than it protects from.
    """
    digest = hashlib.sha256()
    for file in sorted({file for pattern in PATTERNS for file in folder.glob(pattern)}):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        for piece in _pieces(file):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= SMALL:
            yield stream.read()
            return
        yield stream.read(2**20)
        for number in range(16):
            stream.seek(2**20 + (size - 2**20 - SAMPLE) * number // 15)
            yield stream.read(SAMPLE)


def _whole(name: str, folder: Path) -> Path:
    for wanted in ("config.json", "tokenizer*", "model*.safetensors"):
        if not any(folder.glob(wanted)):
            raise ModelMissing(name=name, reason=f"the folder has no {wanted}")
    for file in folder.glob("model-*-of-*.safetensors"):
        shards = int(file.stem.rpartition("-of-")[2])
        if len(list(folder.glob(f"model-*-of-{file.stem.rpartition('-of-')[2]}.safetensors"))) < shards:
            raise ModelMissing(name=name, reason=f"the folder has not all of {shards} weight files")
    return folder


def _cached(name: str) -> Path | None:
    """The repository in the hub's own cache, where other programs may have put it."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import IncompleteSnapshotError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(name, local_files_only=True, allow_patterns=list(PATTERNS))
        return _whole(name, Path(folder))
    except (LocalEntryNotFoundError, IncompleteSnapshotError, ModelMissing):
        return None


def _kept(name: str, home: Path) -> Path | None:
    folder = _place(name, home)
    return folder if folder.is_dir() else None


def _place(name: str, home: Path) -> Path:
    return home / "models" / name.replace("/", "--")


def _download(name: str, home: Path, allowed: bool) -> Path:
    """Fetch a repository; the folder takes its name only when it is whole, and a broken-off download goes on later."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    if not allowed:
        raise ModelMissing(name=name, reason="it is not downloaded yet")
    place = _place(name, home)
    part = place.with_name(place.name + ".part")
    try:
        # Asked first: without network the download would take what is in `part` for the whole.
        commit = HfApi().model_info(name).sha
        snapshot_download(name, revision=commit, local_dir=part, allow_patterns=list(PATTERNS))
    except (HTTPError, OSError) as exc:
        reason = f"its download from the hub failed: {type(exc).__name__}"
        raise ModelMissing(name=name, reason=reason) from exc
    _whole(name, part)
    return part.rename(place)
