"""A dataset's files, in the shape that mlx-lm reads; made again from Postgres wherever they are missing."""

import shutil
import uuid
from pathlib import Path

import orjson

from selfimprove.datasets.freeze import Dataset, canonical, files, sha256
from selfimprove.errors import FolderTaken, FolderUnwritable


def contents(dataset: Dataset) -> dict[str, bytes]:
    """Every file of the export by its name."""
    manifest = orjson.dumps({"id": dataset.id, **dataset.manifest}, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return {**files(dataset.splits, dataset.manifest["target_repeat"]), "manifest.json": manifest + b"\n"}


def export(dataset: Dataset, folder: Path) -> Path:
    """Write the files to `folder` whole or not at all; a folder that holds exactly them is left alone.

    Raises:
        FolderTaken: the folder holds something else, which is not ours to replace.
        FolderUnwritable: it cannot be made.
    """
    wanted = contents(dataset)
    if not _is_exact(folder, wanted):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderTaken(folder=folder)
        try:
            _write(folder, wanted)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as exc:
            raise FolderUnwritable(folder=folder, reason=exc.strerror) from exc
    return folder


def of(dataset: Dataset, home: Path) -> Path:
    """The dataset's folder in the state folder, written again if it is not there as it should be."""
    folder, wanted = home / "datasets" / dataset.id, contents(dataset)
    if not _is_exact(folder, wanted):
        _write(folder, wanted)
    return folder


def _write(folder: Path, wanted: dict[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left_over in folder.parent.glob(f".{folder.name}.*"):  # of a process that was killed here
        shutil.rmtree(left_over)
    draft = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}"
    draft.mkdir(mode=0o700)
    for name, data in wanted.items():
        (draft / name).write_bytes(data)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def differences(dataset: Dataset, folder: Path) -> list[str]:
    """Names of files that are missing, changed, or not those whose hashes the manifest holds."""
    wanted = contents(dataset)
    wrong = [name for name, data in wanted.items() if not _holds(folder / name, data)]
    hashes = dataset.manifest["files"]
    stale = [name for name in hashes if sha256(wanted[name]) != hashes[name]]
    renamed = [] if sha256(canonical(dataset.manifest)) == dataset.id else ["manifest.json"]
    return sorted({*wrong, *stale, *renamed})


def _is_exact(folder: Path, wanted: dict[str, bytes]) -> bool:
    return all(_holds(folder / name, data) for name, data in wanted.items())


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data
