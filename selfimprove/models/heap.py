"""Large arrays from pages that the process has already, where glibc would ask the system for new ones each time.

MLX on a CPU takes every array of a step from malloc and gives it back; from 32 MB on, or where they end the heap,
glibc unmaps them, and the kernel clears each page again: up to a half of the time of a training with long chats.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TRIM, MAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
NEVER = 2**31 - 1
USUAL = 2**25  # the most to which glibc raises them by itself


@contextmanager
def kept() -> Iterator[None]:
    """While open, freed memory stays with the process; afterwards it goes back. Does nothing without glibc."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is None or not hasattr(libc, "mallopt") or not hasattr(libc, "malloc_trim"):
        yield
        return
    libc.mallopt(TRIM, NEVER)
    libc.mallopt(MAP, NEVER)
    try:
        yield
    finally:
        libc.mallopt(TRIM, 2 * USUAL)
        libc.mallopt(MAP, USUAL)
        libc.malloc_trim(0)
