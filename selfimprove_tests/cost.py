"""What work costs, told so that whatever else a machine does changes no verdict."""

import gc
import time
from collections.abc import Callable

TRIES = 4


def is_within(factor: float, work: Callable[[], object], peer: Callable[[], object]) -> bool:
    """Whether `work` takes at most `factor` times the CPU time of `peer`, by the least of up to four tries of each."""
    least = [float("inf"), float("inf")]
    for _ in range(TRIES):
        least = [min(known, _seconds(one)) for known, one in zip(least, (work, peer), strict=True)]
        if least[0] <= factor * least[1]:
            return True
    return False


def _seconds(work: Callable[[], object]) -> float:
    """Of this thread, without the collector: that looks at all that other tests have left."""
    gc.disable()
    try:
        start = time.thread_time()
        work()
        return time.thread_time() - start
    finally:
        gc.enable()
