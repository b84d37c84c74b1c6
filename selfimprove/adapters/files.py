"""Where adapter files are, and whether they are what was trained: the one module that follows an adapter's URL."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selfimprove import disk
from selfimprove.adapters.adapter import FILES, Adapter, file_hash, hashes, id_of
from selfimprove.errors import AdapterCorrupt, AdapterPruned, AdaptersInUse


def verified_folder(adapter: Adapter) -> Path:
    """The folder of an adapter whose every file is, byte for byte, the one its row names.

    Raises:
        AdapterCorrupt: a file is missing or changed, or the row names other files than its id was made from.
        AdapterPruned: its files were deleted to save room.
    """
    if adapter.pruned_at is not None:
        raise AdapterPruned(id=adapter.id, day=adapter.pruned_at.date())
    if id_of(adapter.files) != adapter.id or set(adapter.files) != set(FILES):
        raise AdapterCorrupt(id=adapter.id, file="its row", reason="does not belong to that id")
    folder = folder_of(adapter)
    for name, wanted in adapter.files.items():
        path = folder / name
        if not path.is_file():
            raise AdapterCorrupt(id=adapter.id, file=path, reason="is missing")
        if file_hash(path) != wanted:
            raise AdapterCorrupt(id=adapter.id, file=path, reason="was changed since it was trained")
    return folder


def folder_of(adapter: Adapter) -> Path:
    """The local folder an adapter's URL names, verified or not."""
    folder = local(adapter.url)
    if folder is None:
        raise AdapterCorrupt(id=adapter.id, file=adapter.url, reason="is not a file:// address")
    return folder


def local(url: str) -> Path | None:
    """The folder that a URL names on this machine, None when it names none."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


@contextmanager
def in_use(folders: Iterable[Path | None]) -> Iterator[None]:
    """While open, the files of these adapters are not pruned; the system ends this when the process ends."""
    with ExitStack() as stack:
        for folder in folders:
            if folder is not None:
                _lock(stack, folder, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(folders: Iterable[Path]) -> Iterator[None]:
    """While open, nobody reads these adapters who says so by `in_use`.

    Raises:
        AdaptersInUse: somebody does.
    """
    with ExitStack() as stack:
        for folder in folders:
            try:
                _lock(stack, folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise AdaptersInUse(id=folder.name) from exc
        yield


def _lock(stack: ExitStack, folder: Path, how: int) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    stack.callback(os.close, descriptor)
    fcntl.flock(descriptor, how)


def keep(draft: Path, home: Path) -> tuple[str, dict[str, str], str]:
    """Move a finished draft to its place by one rename; returns the adapter's id, its files' hashes and its URL.

    A folder already there under that id is kept if it is whole, replaced if it is not.
    """
    files = hashes(draft)
    id = id_of(files)
    place = home / "adapters" / id
    place.parent.mkdir(parents=True, exist_ok=True)
    if not _is_whole(place, files):
        _clear(place)
        _to_disk(draft)
        draft.rename(place)
        disk.sync_folder(place.parent)
    return id, files, place.as_uri()


def _is_whole(folder: Path, files: dict[str, str]) -> bool:
    if folder.is_symlink():
        return False
    return all((folder / name).is_file() and file_hash(folder / name) == wanted for name, wanted in files.items())


def _clear(place: Path) -> None:
    """Make way for a folder; a link is taken away, never what it leads to."""
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)


def _to_disk(folder: Path) -> None:
    for path in folder.iterdir():
        disk.sync_file(path)
    disk.sync_folder(folder)
