"""What a night costs beyond its work: wall time of `nightly` on the sample household against the time in which its
models worked: training, evaluation, embedding, finding names, reading for secrets. Each job tells its run's log how
long it worked, its process started and its libraries loaded; so that starting and loading count as overhead.

Run: python benchmarks/night.py
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LIMIT = 1.25
JOB = re.compile(r"selfimprove\.(\S+):\w+ worked for ([0-9.]+) s")
SECONDS = "select end_time - start_time as nightly from dagster.runs where run_id = %(run_id)s"
TOLD = """
select event::jsonb ->> 'user_message' as message from dagster.event_logs
where run_id = %(run_id)s and event::jsonb ->> 'user_message' like '%% worked for %%'
"""


def selfimprove(home: Path, *arguments: str) -> str:
    """Standard output of a command on the benchmark's own house."""
    environment = {**os.environ, "SELFIMPROVE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "selfimprove", *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def read(home: Path, run_id: str) -> tuple[float, dict[str, float]]:
    """Seconds of the run, and of its models' jobs by their module."""
    from selfimprove import postgres
    from selfimprove.settings import read as settings

    work: dict[str, float] = defaultdict(float)
    with postgres.connect(postgres.url(settings({"SELFIMPROVE_HOME": str(home)}))) as connection:
        run: dict[str, Any] | None = connection.execute(SECONDS, {"run_id": run_id}).fetchone()
        for row in connection.execute(TOLD, {"run_id": run_id}):
            if found := JOB.search(row["message"]):
                work[found[1]] += float(found[2])
    postgres.release()
    assert run is not None
    return run["nightly"], work


def main() -> int:
    with TemporaryDirectory(prefix="selfimprove-bench-") as folder:
        home = Path(folder) / "home"
        outcome = json.loads(selfimprove(home, "night", "--sample", "--json"))
        nightly, work = read(home, outcome["run_id"])
    for name, value in {**work, "sum of work": sum(work.values()), "nightly": nightly}.items():
        print(f"{name:24} {value:>7.1f} s")
    ratio = nightly / sum(work.values())
    print(f"ratio {ratio:.2f}; limit {LIMIT}; outcome {outcome['outcome']}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
