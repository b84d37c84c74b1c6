"""Freed memory stays with the process while it trains, and goes back afterwards."""

import ctypes
import resource
import sys

import psutil
import pytest

from selfimprove.models import heap

SIZE = 2**26  # bytes, above what glibc takes from the heap by itself
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="this malloc is not glibc's"
)


def faults(times: int) -> int:
    """Pages that the kernel had to give while memory was taken, written and freed so often."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        place = libc.malloc(SIZE)
        ctypes.memset(place, 1, SIZE)
        libc.free(place)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_the_same_pages_serve_again_while_it_is_kept() -> None:
    one = SIZE // resource.getpagesize()
    with heap.kept():
        faults(1)
        assert faults(8) < one / 8
        held = psutil.Process().memory_info().rss
    assert psutil.Process().memory_info().rss < held - SIZE / 2, "it went back"
    faults(1)
    assert faults(8) > one / 8, "and each time is a new one again"


def test_without_glibc_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _: object())
    with heap.kept():
        pass
