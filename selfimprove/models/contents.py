"""What stands where in transformers, kept, since it would read 1600 of its own files at each import.

Transformers loads its modules when they are asked for; which names each of them has it finds out by reading them all,
and twice, as the cache between has room for 128 of some 550 folders: most of the time that importing mlx_lm takes.
Here an installation is read once, and what was found is kept in the user's cache folder. Where anything is otherwise
than expected, transformers does as it would.
"""

import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from selfimprove.models import blas

MODULE = "transformers.utils.import_utils"
FINDS = "define_import_structure"

Structure = dict[frozenset[str], dict[str, set[str]]]  # the libraries needed, then the names by module
Find = Callable[..., Structure]


def keep(folder: Path | None = None) -> None:
    """Have the next import of transformers look up what an earlier one found; does nothing once it is imported.

    `folder` is where that is kept: the user's cache folder by default.
    """
    if MODULE not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(folder or blas.default_folder().with_name("transformers")))


class _Finder(MetaPathFinder):
    """Finds one module, once, and has what it was asked for done to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._was_asked = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != MODULE or self._was_asked:
            return None
        self._was_asked = True
        spec = importlib.util.find_spec(name)
        if spec and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(name, spec.loader.path, self._folder)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, folder: Path) -> None:
        super().__init__(name, path)
        self._folder = folder

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if find := getattr(module, FINDS, None):
            setattr(module, FINDS, remembering(find, Path(self.path), self._folder))


def remembering(find: Find, source: Path, folder: Path) -> Find:
    """`find` of the module at `source`, which for the folder of all models looks in `folder` first."""
    models = source.parent.parent / "models"

    def found(module_path: str | Path, prefix: str | None = None, *more: Any, **named: Any) -> Structure:
        if more or named or Path(module_path) not in (models, models / "__init__.py"):
            return find(module_path, prefix, *more, **named)
        file = folder / f"{_key(source, models)}.json"
        structure = _read(file)
        if structure is None:
            structure = find(module_path, prefix)
            if prefix is None:
                _write(file, structure)
            return structure
        start = f"{prefix}." if prefix else ""
        return {
            needs: {f"{start}{name}": set(names) for name, names in modules.items()}
            for needs, modules in structure.items()
        }

    return found


def _key(source: Path, models: Path) -> str:
    """What the names depend on: this installation, whose version its __init__.py tells."""
    marks = [f"{path} {path.stat().st_mtime_ns}" for path in (source, models)]
    version = (models.parent / "__init__.py").read_bytes()
    return hashlib.sha256("\n".join(marks).encode() + version).hexdigest()[:16]


def _read(file: Path) -> Structure | None:
    try:
        kept = json.loads(file.read_bytes())
        found = {frozenset(needs): {name: set(of) for name, of in modules.items()} for needs, modules in kept}
        return found or None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _write(file: Path, structure: Structure) -> None:
    part = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError, TypeError, AttributeError):  # then it is read each time
        kept = [(sorted(needs), {name: sorted(of) for name, of in found.items()}) for needs, found in structure.items()]
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_text(json.dumps(kept))
        part.replace(file)
