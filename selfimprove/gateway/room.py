"""How many connections there is room for: some descriptors stay free for files, the database and children."""

import resource
from contextlib import suppress

MOST = 10_240  # descriptors, which a Mac allows where it names no limit; each connection takes memory, too
KEPT_FREE = 200


def make() -> None:
    """Let this process have as many descriptors as it may, up to `MOST`; its children inherit that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # a Mac's kernel may be set to allow fewer than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def for_connections() -> int:
    """The descriptor from which on none is a connection's: each new one gets the lowest number that is free."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    there = MOST if soft == resource.RLIM_INFINITY else min(soft, MOST)
    return max(there - KEPT_FREE, there // 2)
