"""The process that a program nobody trusts runs in: `python -I -S cage.py`, started by `sandbox.py`, the job on stdin.

It takes away what the program could do harm with, then forks; the fork runs the program and writes one verdict into a
pipe. This process kills it when its time is up, and tells the verdict, and what was taken away, as JSON on stdout.

On Linux the fork has namespaces of its own: no network, no other processes, and a file system of a few MB with nothing
but Python's library, read-only. Where the kernel refuses them, an audit hook refuses files, sockets and processes: it
stops a program that errs, not one that was written to get around it.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

TOLD = 4096  # bytes of a verdict at most
NOBODY = 65534
_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_NO_SUID, _NO_DEVICES, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MOUNT_SETATTR, _AT_RECURSIVE, _AT_CWD = 442, 0x8000, -100  # the call has this number on every architecture
_DIES_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38
_LIBRARY = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/nix/store", os.path.join(sys.base_prefix, "lib"))
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CLOSED = ("socket.", "subprocess.", "ctypes.", "os.", "shutil.", "pty.", "fcntl.", "signal.", "sqlite3.", "urllib.")


def main() -> None:
    """Run the job on stdin: `code`, `tests`, `seconds`, `bytes`, `namespaces` and `hook`."""
    job = json.load(sys.stdin)
    held = enclose(os.getcwd()) if job["namespaces"] and sys.platform == "linux" else []
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _inside(job, held, write)
    os.close(write)
    word, detail = _listen(read, child, time.monotonic() + job["seconds"])
    print(json.dumps({"word": word, "detail": detail, "held": [*held, *(["hook"] if job["hook"] else [])]}))


def enclose(root: str) -> list[str]:
    """Namespaces for this process's children, with `root` as the only place that can be written; what it achieved."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    wanted = _NEW_MOUNTS | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK | (_NEW_USER if user else 0)
    if libc.unshare(wanted):
        return []
    try:
        if user:  # a superuser of the new namespace alone, until `_drop`
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{user} {user} 1")
            _write("/proc/self/gid_map", f"{group} {group} 1")
        _rebuild(libc, root)
    except OSError:
        return ["network", "processes"]
    return ["network", "processes", "files"]


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _rebuild(libc: Any, root: str) -> None:
    """Make `root` an empty file system in memory that holds Python's library, read-only."""
    _mount(libc, "none", "/", "", _RECURSIVE | _PRIVATE)  # or the machine itself would see what follows
    _mount(libc, "tmpfs", root, "tmpfs", _NO_SUID | _NO_DEVICES, "size=16m,nr_inodes=2k,mode=755")
    read_only = (ctypes.c_uint64 * 4)(1, 0, 0, 0)
    for place in {place for place in _LIBRARY if os.path.isdir(place)}:
        target = root + place
        os.makedirs(target, exist_ok=True)
        _mount(libc, place, target, "", _BIND | _RECURSIVE)
        if libc.syscall(_MOUNT_SETATTR, _AT_CWD, target.encode(), _AT_RECURSIVE, read_only, ctypes.sizeof(read_only)):
            raise OSError(ctypes.get_errno(), "mount_setattr")
    os.mkdir(root + "/work")
    os.chmod(root + "/work", 0o1777)  # noqa: S103  # for whom `_drop` becomes; nobody else can see it


def _mount(libc: Any, source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    if libc.mount(source.encode(), target.encode(), kind.encode() or None, flags, options.encode() or None):
        raise OSError(ctypes.get_errno(), f"mount {target}")


def _inside(job: dict[str, Any], held: list[str], write: int) -> None:
    """The fork: give everything up, run the program, tell the verdict, end."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.dup2(write, 3)
    os.closerange(4, 4096)
    _drop("files" in held)
    _limit(job)
    here = os.getcwd()
    if job["hook"]:
        sys.addaudithook(lambda event, arguments: _refuse(event, arguments, here))
    verdict = _verdict(job["code"], job["tests"])
    os.write(3, json.dumps(verdict).encode()[:TOLD])
    os._exit(0)


def _drop(has_own_files: bool) -> None:
    """Into the new root, and no more a superuser anywhere."""
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if not has_own_files:
        return
    os.chroot(os.getcwd())
    os.chdir("/work")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(header, none):
        os._exit(9)


def _limit(job: dict[str, Any]) -> None:
    """Of this process: CPU seconds, memory, size of a file, open files; no further process or thread."""
    seconds = int(job["seconds"]) + 1
    limits = {
        "RLIMIT_CPU": seconds, "RLIMIT_AS": job["bytes"], "RLIMIT_DATA": job["bytes"], "RLIMIT_FSIZE": 2**20,
        "RLIMIT_NOFILE": 32, "RLIMIT_NPROC": 0, "RLIMIT_CORE": 0,
    }  # fmt: skip
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):  # macOS lacks some
            resource.setrlimit(getattr(resource, name), (most, most))


def _refuse(event: str, arguments: tuple[Any, ...], here: str) -> None:
    """An audit hook: nothing but reading Python's library, and files in the working folder."""
    if event == "open":
        path, _, flags = arguments
        places = (here,) if flags & _WRITES else (here, *_LIBRARY)
        if not isinstance(path, str | bytes) or not _is_within(os.path.realpath(os.fsdecode(path)), places):
            raise PermissionError("no files outside of the working folder")
    elif event.startswith(_CLOSED) and event not in ("os.listdir", "os.scandir", "os.putenv", "os.unsetenv"):
        raise PermissionError(f"{event} is not allowed")


def _is_within(path: str, places: tuple[str, ...]) -> bool:
    return any(path.startswith(place + os.sep) for place in places)


def _verdict(code: str, tests: str) -> tuple[str, str]:
    """A word and a detail: "passed", "wrong" where a test's assertion failed, "error" where anything else ended it."""
    space: dict[str, Any] = {"__name__": "answer"}
    try:
        exec(compile(code, "answer", "exec"), space)  # noqa: S102  # what this file is for
        exec(compile(tests, "tests", "exec"), space)  # noqa: S102
    except AssertionError:
        return "wrong", "a test's assertion failed"
    except BaseException as exc:  # noqa: BLE001  # SystemExit too: whatever ended it, it did not pass
        return "error", type(exc).__name__
    return "passed", ""


def _listen(read: int, child: int, until: float) -> tuple[str, str]:
    """The fork's verdict, or how it ended without one; it does not outlive this."""
    told = b"".join(_pieces(read, until))
    late = time.monotonic() >= until
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ValueError):
        word, detail = json.loads(told)
        return str(word), str(detail)[:200]
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if late or by == signal.SIGXCPU:
        return "timed_out", "it took too long"
    return "error", f"it ended before its tests did ({signal.Signals(by).name if by else 'exit'})"


def _pieces(read: int, until: float) -> Iterator[bytes]:
    left = TOLD
    while left > 0 and select.select([read], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(read, left)
        if not piece:
            return
        left -= len(piece)
        yield piece


if __name__ == "__main__":
    main()
