"""Set up the virtual environment of a checkout; runs on any Python 3 before anything is installed.

Usage: python3 selfimprove/install.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from typing import NoReturn

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(CHECKOUT, ".venv")
STAMP = os.path.join(VENV, "installed")
OLDEST, NEWEST = (3, 11), (3, 14)  # for newer ones not all of constraints.txt has wheels
KNOWN = ("python3.14", "python3.13", "python3.12", "python3.11")
FREE_GIB = 5


def main() -> None:
    """Install what pyproject.toml and constraints.txt name, unless that is what is installed."""
    wanted = fingerprint()
    if is_installed(wanted):
        return
    use_known_python()
    check_space()
    check_compiler()
    check_headers()
    print("Setting up .venv (a few minutes, once) …", file=sys.stderr, flush=True)
    run([sys.executable, "-m", "venv", VENV], "the virtual environment", "Debian: apt-get install python3-venv")
    pip = [os.path.join(VENV, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-compile"]  # most of it is never imported: half the time of an installation
    pip += ["--constraint", os.path.join(CHECKOUT, "constraints.txt")]
    subprocess.run([*pip, "--upgrade", "pip"])  # Python 3.11's own takes twice as long; it will do where it must
    target = ["--editable", CHECKOUT + "[dev]"]
    run(pip + target, "the packages", "read pip's words above, check the network, then run make install again")
    with open(STAMP, "w") as stamp:
        stamp.write(wanted)


def is_installed(wanted: str) -> bool:
    """Whether the environment was set up from just these files."""
    if not os.path.exists(STAMP):
        return False
    with open(STAMP) as stamp:
        return stamp.read() == wanted


def fingerprint() -> str:
    """Hash of everything that decides what is installed, the interpreter included."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(CHECKOUT, name), "rb") as source:
            digest.update(source.read())
    digest.update(CHECKOUT.encode())
    return digest.hexdigest()


def use_known_python() -> None:
    """Go on with another Python of this machine when this one is too old, or too new for the packages."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    found = next(filter(None, map(shutil.which, KNOWN)), None)
    if found:
        os.execv(found, [found, *sys.argv])  # noqa: S606
    version, oldest, newest = (".".join(map(str, one[:2])) for one in (sys.version_info, OLDEST, NEWEST))
    stop(f"this is Python {version}", f"install Python {oldest} to {newest}, or name one: make PYTHON=python3.12")


def check_space() -> None:
    """Stop when the disk cannot hold the environment."""
    free = shutil.disk_usage(CHECKOUT).free / 1024**3
    if free < FREE_GIB:
        stop(f"{free:.1f} GiB are free here", f"free at least {FREE_GIB} GiB for packages, or clone to a larger disk")


def check_compiler() -> None:
    """Stop on Linux without a C++ compiler: MLX compiles its kernels when it runs on a CPU."""
    if sys.platform == "linux" and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        stop("there is no C++ compiler, which MLX needs on a CPU", "install one (Debian: apt-get install g++)")


def check_headers() -> None:
    """Stop on Linux without Python's headers: of one package that CredSweeper brings there is the source alone."""
    if sys.platform == "linux" and not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        stop("Python's headers are not here", "install them (Debian: apt-get install python3-dev)")


def run(command: "list[str]", what: str, step: str) -> None:
    """Run a command; its own words, then ours, when it fails."""
    if subprocess.run(command).returncode:
        stop(f"{what} could not be installed", step)


def stop(reason: str, step: str) -> NoReturn:
    """One clear line with the next step."""
    sys.exit(f"selfimprove cannot be set up: {reason}. Next step: {step}.")


if __name__ == "__main__":
    main()
