"""Examples from suites and from chats; a suite that cannot be used says which line and why."""

import shutil
from pathlib import Path
from random import Random

import orjson
import pytest

from selfimprove.chats.chat import Message
from selfimprove.errors import SuiteInvalid
from selfimprove.evals.graders import grade
from selfimprove.evals.grading import verdicts
from selfimprove.evals.making import recall, sums
from selfimprove.evals.making.build import build
from selfimprove.evals.making.item import several
from selfimprove.evals.task import EvalExample, grader_for
from selfimprove.evals.tasks import digest, from_conversation, hashes, load, pinned, suites
from selfimprove.models.base import TINY

PACKAGE = Path(__file__).parents[2] / "selfimprove" / "evals" / "suites"
GOOD = {"messages": [{"role": "user", "content": "2 + 2?"}], "reference": "4", "grader": "numeric", "slice": "sums"}
QUESTION, ANSWER = Message("user", "What is for dinner?"), Message("assistant", "Soup.")


def suite(folder: Path, *lines: object) -> Path:
    path = folder / "core.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines))
    return path


def test_the_package_suites_are_large_enough_and_every_reference_passes_its_grader() -> None:
    found = suites(PACKAGE)
    assert sum(example.task == "core" for example in found) >= 500
    assert sum(example.task == "refusals" for example in found) >= 75
    assert len({example.id for example in found}) == len(found)
    assert {example.grader.partition(":")[0] for example in found} == {
        "exact", "contains", "regex", "numeric", "schema", "code", "refusal",
    }  # fmt: skip
    assert not [e for e, passed in zip(found, verdicts([(e, e.reference) for e in found]), strict=True) if not passed]


def test_the_suites_cover_what_a_model_should_keep() -> None:
    families = {example.slice.partition("/")[0] for example in suites(PACKAGE) if example.task == "core"}
    assert families >= {"instruction", "format", "arithmetic", "fact", "code", "recall"}
    long = [e for e in suites(PACKAGE) if e.slice.startswith("recall/")]
    assert max(len(e.messages[0].content.split()) for e in long) > 2000


@pytest.mark.parametrize("folder", [PACKAGE, TINY])
def test_suites_are_frozen_by_their_manifest(folder: Path, tmp_path: Path) -> None:
    assert {name: digest(folder / name) for name in hashes(folder)} == hashes(folder)
    assert {"core.jsonl", "refusals.jsonl", "replay.jsonl"} <= set(hashes(folder))
    for name in ("core.jsonl", "refusals.jsonl", "manifest.json"):
        shutil.copy(folder / name, tmp_path)
    with (tmp_path / "core.jsonl").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(SuiteInvalid, match=r"core\.jsonl, line 0, cannot be used: it is not the file that manifest"):
        suites(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert len(suites(tmp_path)) == len(suites(folder))


def test_building_the_suites_again_gives_the_same_bytes(tmp_path: Path) -> None:
    assert build(tmp_path)["sha256"] == {name: sha for name, sha in hashes(PACKAGE).items() if name != "replay.jsonl"}


def test_another_template_leaves_the_items_of_the_others_as_they_are() -> None:
    some = {name: sums.TEMPLATES[name] for name in ("add", "mean")}
    assert list(several("arithmetic", some, 3)) == [
        line for line in several("arithmetic", sums.TEMPLATES, 3) if line["slice"].partition("/")[2] in some
    ]


@pytest.mark.parametrize("name", sorted(recall.TEMPLATES))
def test_a_neighbour_s_answer_is_a_wrong_one(name: str) -> None:
    item = recall.TEMPLATES[name](Random(5))
    other = recall.TEMPLATES[name](Random(6))
    assert grade(item.grader, item.reference, item.reference)
    assert not grade(item.grader, other.reference, item.reference)
    assert item.asked.count(item.reference) >= 1


def test_the_package_replay_prompts_end_with_the_user_and_are_not_in_the_suites() -> None:
    chats = [orjson.loads(line)["messages"] for line in (PACKAGE / "replay.jsonl").read_bytes().splitlines()]
    assert len(chats) >= 200
    assert {chat[-1]["role"] for chat in chats} == {"user"}
    asked = {example.messages[-1].content.casefold() for example in suites(PACKAGE)}
    assert not asked & {chat[-1]["content"].casefold() for chat in chats}


def test_a_line_becomes_an_example_named_by_its_content(tmp_path: Path) -> None:
    (example,) = load(suite(tmp_path, GOOD, b""), "core")
    assert example == EvalExample("core", "sums", "numeric", (Message("user", "2 + 2?"),), "4")
    assert len(example.id) == 32


def test_how_often_an_example_is_sampled_is_part_of_its_name(tmp_path: Path) -> None:
    once, often = load(suite(tmp_path, GOOD, {**GOOD, "runs": 4}), "core")
    assert (once.runs, often.runs) == (0, 4)
    assert once.id != often.id


def test_the_cluster_is_not_part_of_the_name_but_task_grader_and_reference_are() -> None:
    same = EvalExample("core", "a", "exact", (QUESTION,), "Soup")
    assert EvalExample("core", "b", "exact", (QUESTION,), "Soup", "chat").id == same.id
    others = [
        EvalExample("golden", "a", "exact", (QUESTION,), "Soup"),
        EvalExample("core", "a", "contains", (QUESTION,), "Soup"),
        EvalExample("core", "a", "exact", (QUESTION,), "soup"),
        EvalExample("core", "a", "exact", (QUESTION, ANSWER), "Soup"),
    ]
    assert len({example.id for example in [same, *others]}) == 5


def test_results_under_another_rule_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    before = EvalExample("core", "a", "exact", (QUESTION,), "Soup")
    monkeypatch.setattr("selfimprove.evals.task.RULE_VERSION", "next")
    assert EvalExample("core", "a", "exact", (QUESTION,), "Soup").id != before.id


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "it is not JSON"),
        ([1], "it is not a JSON object"),
        ({**GOOD, "slice": " "}, "'slice' is missing or empty"),
        ({k: v for k, v in GOOD.items() if k != "reference"}, "'reference' is missing or empty"),
        ({**GOOD, "messages": []}, "'messages' is missing or empty"),
        ({**GOOD, "messages": [{"role": "robot", "content": "x"}]}, "a message is not"),
        ({**GOOD, "messages": [{"role": "assistant", "content": "x"}]}, "the last message is not the user's"),
        ({**GOOD, "grader": "similar"}, "no grader is called 'similar'; there are exact"),
        ({**GOOD, "grader": "regex"}, "regex needs its pattern"),
        ({**GOOD, "grader": "regex:("}, "its pattern is not a regular expression"),
        ({**GOOD, "grader": "numeric:4 ± parsecs"}, "numeric takes a value, a tolerance and a unit it knows"),
        ({**GOOD, "runs": 65}, "'runs' is no number of sampled answers, 0 to 64"),
        ({**GOOD, "runs": "3"}, "'runs' is no number of sampled answers"),
        ({**GOOD, "grader": "schema"}, "schema needs one"),
        ({**GOOD, "grader": "schema:{"}, "its schema is not JSON"),
        ({**GOOD, "grader": 'schema:{"type": "text"}'}, "its schema is none"),
        ({**GOOD, "grader": 'schema:{"$ref": "http://localhost:1/s"}'}, "its schema refers to what it does not hold"),
        ({**GOOD, "grader": 'schema:{"type": "string"}'}, "its own reference does not pass its grader"),
        ({**GOOD, "grader": "code: "}, "code needs its tests"),
        ({**GOOD, "grader": "code:assert f(2) =="}, "its tests are not Python"),
        ({**GOOD, "grader": "similarity"}, "similarity needs a cosine"),
        ({**GOOD, "grader": "similarity:1.5"}, "similarity needs a cosine"),
        ({**GOOD, "grader": "contains:5"}, "its own reference does not pass its grader"),
        (GOOD, "the same example stands above"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_its_reason(tmp_path: Path, line: object, reason: str) -> None:
    path = suite(tmp_path, GOOD, b"", line)
    with pytest.raises(SuiteInvalid) as caught:
        load(path, "core")
    assert f"The suite {path}, line 3, cannot be used: {reason}" in str(caught.value)


def test_a_suite_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match=r"core\.jsonl, line 0, cannot be used: No such file"):
        suites(tmp_path)


def test_short_answers_are_compared_and_long_ones_judged_by_their_likelihood() -> None:
    assert grader_for("x" * 60) == "exact"
    assert grader_for("x" * 61) == "likelihood"


def test_a_long_answer_of_the_house_s_own_model_is_only_scored() -> None:
    assert grader_for("x" * 60, is_own=True) == "exact"
    assert grader_for("x" * 61, is_own=True) == "none"


def test_the_last_answer_of_a_conversation_is_its_reference_and_the_chat_its_cluster() -> None:
    chat = (QUESTION, ANSWER, Message("user", "Which?"), Message("assistant", "Leek."))
    example = from_conversation("holdout", chat, "c1")
    assert example is not None
    assert (example.reference, len(example.messages), example.slice, example.grader) == ("Leek.", 3, "c1", "exact")


def test_an_example_without_a_chat_is_a_cluster_of_its_own() -> None:
    example = from_conversation("fresh", (QUESTION, ANSWER), None)
    assert example is not None
    assert example.slice == example.id


@pytest.mark.parametrize(
    "messages", [(), (ANSWER,), (QUESTION,), (QUESTION, ANSWER, QUESTION), (QUESTION, Message("assistant", " \n"))]
)
def test_a_conversation_that_does_not_end_in_an_answer_is_no_example(messages: tuple[Message, ...]) -> None:
    assert from_conversation("holdout", messages, "c1") is None


def golden(position: int, *feedback: dict[str, object]) -> EvalExample | None:
    messages = [{"role": m.role, "content": m.content} for m in (QUESTION, ANSWER, Message("user", "Thanks!"))]
    return pinned({"chat_id": "c1", "position": position, "messages": messages, "feedback": list(feedback)})


def test_a_pinned_answer_is_the_reference_whatever_follows_it() -> None:
    example = golden(1, {"position": 1, "kind": "comment", "text": "Good one"})
    assert example is not None
    assert (example.task, example.reference, example.messages) == ("golden", "Soup.", (QUESTION,))


def test_a_correction_of_the_pinned_answer_is_the_reference() -> None:
    example = golden(1, {"position": 1, "kind": "correction", "text": "Stew."})
    assert example is not None
    assert example.reference == "Stew."
    other = golden(1, {"position": 3, "kind": "correction", "text": "Stew."})
    assert other is not None
    assert other.reference == "Soup."


@pytest.mark.parametrize("position", [0, 2, 3])
def test_a_pin_on_no_answer_is_no_example(position: int) -> None:
    assert golden(position) is None
