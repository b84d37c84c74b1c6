"""Fast matrix products for MLX on Linux CPUs, where its wheel links a reference BLAS 25 times slower than OpenBLAS.

A library loaded with global symbols before `mlx.core` answers MLX's BLAS calls: the system's OpenBLAS where there is
one, else the OpenBLAS inside numpy's wheel behind a small C shim. A choice is measured once, in processes of their own,
and kept; where none is correct and faster, MLX's own BLAS stays. On macOS MLX uses Accelerate and nothing is done.
"""

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

SOURCE = Path(__file__).with_name("blas_shim.c")
SYSTEM = "OpenBLAS of this system"
WHEEL = "OpenBLAS of numpy's wheel"
OWN = "BLAS of MLX's wheel"
APPLE = "Accelerate"


@dataclass(frozen=True, slots=True)
class BlasReport:
    """What multiplies matrices here; `gflops` of a float32 product of (1024, 256) and (256, 1024)."""

    name: str
    gflops: float
    correct: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name and the libraries to load, in order, so that they answer MLX's calls."""

    name: str
    libraries: tuple[str, ...]


def use(folder: Path | None = None) -> str:
    """Load the fastest correct BLAS and return its name; does nothing once MLX is loaded.

    `folder` keeps the shim and the measurements; the user's cache folder by default.
    """
    if sys.platform != "linux":
        return APPLE
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if "mlx.core" not in sys.modules:
        chosen = _chosen(folder or default_folder())
        _load(chosen)
        _loaded.append(chosen.name)
    return _loaded[0] if _loaded else OWN


_loaded: list[str] = []


def describe(folder: Path | None = None) -> BlasReport:
    """Measure, in a process of its own, what MLX uses on this machine."""
    place = str(folder) if folder else ""
    return BlasReport(**json.loads(_python("describe", place)))


def default_folder() -> Path:
    """The user's cache folder for this package."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache_home) / "selfimprove" / "blas"


@cache
def _chosen(folder: Path) -> Candidate:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _remembered(folder) or _remember(folder, choose(candidates(folder)))
    except OSError:
        return Candidate(OWN, ())


def choose(offers: Sequence[Candidate]) -> Candidate:
    """The first offer that multiplies correctly and faster than MLX's own BLAS, else that one."""
    own = Candidate(OWN, ())
    slow = measure(own) if offers else None
    for offer in offers:
        report = measure(offer)
        if slow and report and report.correct and report.gflops > 1.5 * slow.gflops:
            return offer
    return own


def candidates(folder: Path) -> list[Candidate]:
    """Libraries that could answer on this machine, best first; compiles the shim into `folder` where it can."""
    system = [Candidate(SYSTEM, (name,)) for name in ("libopenblas.so.0", "libopenblas.so") if _loads(name)][:1]
    shim = _compile(folder)
    return system + ([Candidate(WHEEL, (str(_wheel_library()), str(shim)))] if shim else [])


def measure(offer: Candidate) -> BlasReport | None:
    """Speed and correctness of an offer, in a process of its own; None when that process fails."""
    try:
        return BlasReport(**json.loads(_python("measure", json.dumps(asdict(offer)))))
    except (subprocess.SubprocessError, ValueError):
        return None


def _python(command: str, argument: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "selfimprove.models.blas", command, argument],
        capture_output=True, text=True, check=True, timeout=120, env=_environment(os.environ),
    )  # fmt: skip
    return done.stdout


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    return {"OPENBLAS_NUM_THREADS": "1", **given}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _wheel_library() -> Path | None:
    spec = find_spec("numpy")
    if spec is None or spec.origin is None:
        return None
    found = sorted((Path(spec.origin).parent.parent / "numpy.libs").glob("libscipy_openblas64_*.so"))
    return found[0] if found else None


def _compile(folder: Path) -> Path | None:
    compiler, wheel = shutil.which("cc") or shutil.which("gcc"), _wheel_library()
    if compiler is None or wheel is None:
        return None
    shim = folder / f"shim-{_key()}.so"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / shim.name
        arguments = [compiler, "-O2", "-shared", "-fPIC", str(SOURCE), "-o", str(made), str(wheel)]
        if subprocess.run(arguments, capture_output=True, check=False).returncode != 0:
            return None
        made.replace(shim)
    return shim


def _key() -> str:
    """What a choice depends on: the source, the wheels, this interpreter."""
    versions = [metadata.version("mlx"), metadata.version("numpy"), sys.version, sys.prefix, str(_wheel_library())]
    return hashlib.sha256("\n".join([SOURCE.read_text(), *versions]).encode()).hexdigest()[:16]


def _remembered(folder: Path) -> Candidate | None:
    try:
        kept = json.loads((folder / f"choice-{_key()}.json").read_text())
        candidate = Candidate(kept["name"], tuple(kept["libraries"]))
    except (OSError, ValueError, KeyError):
        return None
    return candidate if all(map(_exists, candidate.libraries)) else None


def _exists(library: str) -> bool:
    return Path(library).exists() if "/" in library else _loads(library)


def _remember(folder: Path, chosen: Candidate) -> Candidate:
    part = folder / f"choice-{_key()}.{os.getpid()}"
    part.write_text(json.dumps(asdict(chosen)))
    part.replace(part.with_suffix(".json"))
    return chosen


def _load(chosen: Candidate) -> None:
    for library in chosen.libraries:
        _limit_threads(ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL))


def _limit_threads(library: ctypes.CDLL) -> None:
    """Needed where numpy loaded the library first: it reads the environment only once."""
    for name in ("openblas_set_num_threads", "scipy_openblas_set_num_threads64_"):
        if hasattr(library, name):
            getattr(library, name)(int(os.environ.get("OPENBLAS_NUM_THREADS", "1")))


def _measured(name: str) -> BlasReport:
    """Multiply in this process and compare with numpy in float64."""
    import time

    import mlx.core as mx
    import numpy as np

    draw = np.random.default_rng(0).standard_normal
    left, right = draw((1024, 256), dtype=np.float32), draw((256, 1024), dtype=np.float32)
    arrays = mx.array(left), mx.array(right)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        product = arrays[0] @ arrays[1]
        mx.eval(product)
        seconds.append(time.perf_counter() - start)
    correct = np.allclose(np.array(product), left.astype(np.float64) @ right, rtol=1e-3, atol=1e-3)
    return BlasReport(name, round(2 * 1024 * 256 * 1024 / min(seconds) / 1e9, 1), bool(correct))


def _main(command: str, argument: str) -> None:
    if command == "measure":
        offer = json.loads(argument)
        _load(Candidate(offer["name"], tuple(offer["libraries"])))
        name = offer["name"]
    else:
        name = use(Path(argument) if argument else None)
    print(json.dumps(asdict(_measured(name))))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
