"""lm-evaluation-harness: a clear error where it is missing; where it is installed, a task of one's own, offline."""

import importlib.util
import json
from pathlib import Path

import pytest

from selfimprove.errors import HarnessFailed, HarnessMissing
from selfimprove.evals import harness
from selfimprove.evals.harness import Asked
from selfimprove.models.base import Base
from selfimprove.models.harness import _metrics
from selfimprove_tests.evals.conftest import MakeAdapter

installed = importlib.util.find_spec("lm_eval") is not None
needs_harness = pytest.mark.skipif(not installed, reason='lm_eval is not installed: pip install "selfimprove[lm-eval]"')

TASK = """
task: tiny_capitals
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: {kind}
target_delimiter: ""
doc_to_text: "What is the capital of {{{{country}}}}?"
doc_to_target: "The capital of {{{{country}}}} is {{{{capital}}}}."
{more}
"""
CHOICES = """doc_to_choice: "{{[prefix ~ capital ~ '.', prefix ~ 'Oslo.']}}"
metric_list: [{metric: acc}]
doc_to_target: 0
"""
GENERATED = """generation_kwargs: {until: ["\\n"], max_gen_toks: 24, do_sample: false}
metric_list: [{metric: exact_match}]
"""


@pytest.mark.skipif(installed, reason="lm_eval is installed")
def test_where_it_is_missing_the_command_that_installs_it_is_told(tiny: Base) -> None:
    with pytest.raises(HarnessMissing, match=r'pip install "selfimprove\[lm-eval\]"'):
        harness.run(tiny, None, Asked(["arc_easy"]))


def own(folder: Path, kind: str, more: str) -> Path:
    capitals = {"France": "Paris", "Spain": "Madrid", "Italy": "Rome"}
    rows = [{"country": a, "capital": b, "prefix": f"The capital of {a} is "} for a, b in capitals.items()]
    data = folder / "capitals.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = TASK.format(data=data, kind=kind, more=more)
    twice = 'doc_to_target: "The' if kind == "multiple_choice" else "-"
    kept = [line for line in text.splitlines() if not line.startswith(twice)]
    (folder / "tiny_capitals.yaml").write_text("\n".join(kept))
    return folder


@needs_harness
def test_a_task_of_one_s_own_runs_offline(tiny: Base, tmp_path: Path) -> None:
    chosen = harness.run(tiny, None, Asked(["tiny_capitals"], own(tmp_path, "multiple_choice", CHOICES)))
    assert chosen["tiny_capitals"]["acc"] == 1.0
    said = harness.run(tiny, None, Asked(["tiny_capitals"], own(tmp_path, "generate_until", GENERATED), limit=2))
    assert said["tiny_capitals"]["exact_match"] == 1.0
    assert "exact_match" in harness.text(said)


@needs_harness
def test_an_adapter_answers_in_the_base_s_place(tiny: Base, tmp_path: Path, make_adapter: MakeAdapter) -> None:
    from selfimprove.models.harness import work

    job = {"base": str(tiny.folder), "adapter": str(make_adapter(5.0)), "tasks": ["tiny_capitals"], "limit": None}
    job |= {"include": str(own(tmp_path, "generate_until", GENERATED)), "download": False}
    assert work(job, lambda event: None)["results"]["tiny_capitals"]["exact_match"] == 0.0


@needs_harness
def test_an_unknown_task_is_named(tiny: Base, tmp_path: Path) -> None:
    with pytest.raises(HarnessFailed, match=r"cannot run 'nothing_of_this_name' \(there is no such task\)"):
        harness.run(tiny, None, Asked(["nothing_of_this_name"]))


def test_metrics_are_the_finite_numbers() -> None:
    given = {"alias": "t", "acc,none": 0.5, "acc_stderr,none": "N/A", "f1,strict": 0.25, "loss,none": float("inf")}
    assert _metrics(given) == {"acc": 0.5, "f1,strict": 0.25}
    assert harness.text({}) == ""
