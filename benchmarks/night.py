"""What a night costs beyond its work: wall time of `nightly` on the sample household against what its models do alone,
all measured in one run. The encoder embeds and finds names, the model says how sure it is of the answers, the second
opinion looks for secrets. Encoder and second opinion are timed with what they load, the others without.

Run: python benchmarks/night.py
"""

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LIMIT = 1.25
SWEEP = """
import json, sys
from selfimprove.datasets.sweep import find, load
load()
find(json.load(sys.stdin))
"""
ENCODE = """
import json, sys
from selfimprove.models.embed import embed
from selfimprove.privacy.names.find import find
chats, learned = json.load(sys.stdin)
embed(chats)
find(chats)
find(learned)
"""


def selfimprove(home: Path, *arguments: str) -> str:
    """Standard output of a command on the benchmark's own house."""
    environment = {**os.environ, "SELFIMPROVE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "selfimprove", *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def seconds_of(script: str, texts: list[Any]) -> float:
    """Wall time of a process that loads a model and has it read the texts."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], input=json.dumps(texts), text=True, check=True)
    return time.perf_counter() - started


def seconds_of_confidence(conversations: list[Any]) -> float:
    """Time in which the tiny model, its libraries loaded, says how sure it is of each conversation's last answer."""
    from selfimprove.models.base import TINY
    from selfimprove.models.worker import Worker

    job: dict[str, Any] = {"folder": str(TINY), "adapter": None, "conversations": conversations[:1]}
    with closing(Worker()) as worker:
        worker.do("selfimprove.critiques.confidence:run", job)
        started = time.perf_counter()
        worker.do("selfimprove.critiques.confidence:run", {**job, "conversations": conversations})
        return time.perf_counter() - started


def read(home: Path, run_id: str) -> dict[str, Any]:
    """Seconds of the run and of its work, and the texts that were embedded."""
    from selfimprove import postgres
    from selfimprove.settings import read as settings

    with postgres.connect(postgres.url(settings({"SELFIMPROVE_HOME": str(home)}))) as connection:
        found = connection.execute(QUERY, {"run_id": run_id}).fetchone()
        texts = [row["text"] for row in connection.execute(TEXTS)]
        examples = [row["text"] for row in connection.execute(EXAMPLES)]
        learned = [row["text"] for row in connection.execute(EXAMPLES + "having bool_and(chat_id is not null)")]
        answered = [row["messages"] for row in connection.execute(ANSWERED)]
    postgres.release()
    assert found is not None
    return {**found, "texts": texts, "examples": examples, "learned": learned, "answered": answered}


QUERY = """
select (select end_time - start_time from dagster.runs where run_id = %(run_id)s) as nightly,
       (select (metrics ->> 'seconds')::float8 from adapters where run_id = %(run_id)s) as training,
       (select (measurements ->> 'seconds')::float8 + coalesce((measurements #>> '{leak_test,seconds}')::float8, 0)
               + case when (measurements #>> '{leak_test,instrument,days}')::float8 > 0 then 0
                      else coalesce((measurements #>> '{leak_test,instrument,seconds}')::float8, 0) end
        from reports where run_id = %(run_id)s) as evaluation
"""
TEXTS = """
select string_agg(m ->> 'content', E'\\n') as text
from filtered_chats join redacted_chats r using (chat_id), jsonb_array_elements(r.messages) m
group by chat_id
"""
EXAMPLES = """
select string_agg(m ->> 'content', E'\\n') as text from examples, jsonb_array_elements(messages) m group by id
"""
ANSWERED = """
select r.messages from filtered_chats join redacted_chats r using (chat_id)
where r.messages -> -1 ->> 'role' = 'assistant'
"""


def main() -> int:
    with TemporaryDirectory(prefix="selfimprove-bench-") as folder:
        home = Path(folder) / "home"
        outcome = json.loads(selfimprove(home, "night", "--sample", "--json"))
        found = read(home, outcome["run_id"])
    work = {
        "training": found["training"],
        "evaluation": found["evaluation"],
        "encoder": seconds_of(ENCODE, [found["texts"], found["learned"]]),
        "confidence": seconds_of_confidence(found["answered"]),
        "second opinion": seconds_of(SWEEP, found["examples"]),
    }
    ratio = found["nightly"] / sum(work.values())
    for name, value in {**work, "sum of work": sum(work.values()), "nightly": found["nightly"]}.items():
        print(f"{name:14} {value:>7.1f} s")
    print(f"ratio {ratio:.2f}; limit {LIMIT}; outcome {outcome['outcome']}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
