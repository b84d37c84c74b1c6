"""A dataset is its content: same content, same id; its files are its rows."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest

from selfimprove.datasets import export
from selfimprove.datasets.example import RULE_VERSION, LeftOut, Rule, example
from selfimprove.datasets.freeze import Dataset, Origin, freeze, sha256, target_repeat
from selfimprove.errors import FolderTaken
from selfimprove_tests.datasets.make import FIRST, chat, many

ORIGIN = Origin(
    date(2026, 3, 9),
    FIRST,
    {"count": 1, "first": "2026-03-01", "last": "2026-03-01", "fingerprint": "f"},
    "base",
    Rule(),
)
OUT = [LeftOut("x", FIRST, "low_score"), LeftOut("y", FIRST, "low_score"), LeftOut("z", FIRST, "sealed", "e")]


def made(origin: Origin = ORIGIN, *, reverse: bool = False) -> Dataset:
    train = [c.example for c in many(3, 0)]
    splits = {
        "train": train[::-1] if reverse else train,
        "validation": [c.example for c in many(2, 1)],
        "fresh": [c.example for c in many(1, 2)],
        "replay": [example(None, "replay", chat("What is up?", "The sky."))],
    }
    return freeze(origin, splits, OUT, {"not_drawn": 5})  # type: ignore[arg-type]


def test_the_id_is_the_hash_of_the_manifest() -> None:
    dataset = made()
    assert dataset.id == sha256(orjson.dumps(dataset.manifest, option=orjson.OPT_SORT_KEYS))
    assert len(dataset.id) == 64


def test_the_same_content_in_any_order_is_the_same_dataset() -> None:
    assert made() == made(reverse=True)


@pytest.mark.parametrize(
    "origin",
    [
        replace(ORIGIN, night=date(2026, 3, 10)),
        replace(ORIGIN, rule=Rule(seed=1)),
        replace(ORIGIN, base_model="other"),
        replace(ORIGIN, days={**ORIGIN.days, "fingerprint": "g"}),
    ],
)
def test_another_origin_is_another_dataset(origin: Origin) -> None:
    assert made(origin).id != made().id


def test_the_manifest_counts_everything() -> None:
    manifest = made().manifest
    assert manifest["chats"] == {"in": 9, "out": 6, "rejected": {"low_score": 2, "sealed": 1}}
    assert manifest["replay_left_out"] == {"not_drawn": 5}
    assert {name: part["examples"] for name, part in manifest["splits"].items()} == {
        "train": 3, "validation": 2, "fresh": 1, "replay": 1,
    }  # fmt: skip
    assert manifest["splits"]["train"]["kinds"] == {"correction": 3}
    assert manifest["rule"]["version"] == RULE_VERSION


def test_files_repeat_what_is_new_and_leave_out_what_only_tests() -> None:
    files = export.contents(made())
    train = [orjson.loads(line) for line in files["train.jsonl"].splitlines()]
    assert len(train) == 3 + 1
    assert train[-1]["messages"] == [
        {"role": "user", "content": "What is up?"},
        {"role": "assistant", "content": "The sky."},
    ]
    assert len(files["valid.jsonl"].splitlines()) == 2
    assert b"of day 2" not in b"".join(files.values())


@pytest.mark.parametrize(
    ("new", "replayed", "repeat"),
    [(268, 1200, 1), (100, 1200, 2), (40, 1468, 5), (8, 0, 1), (0, 1200, 1), (1000, 100, 1)],
)
def test_new_examples_are_repeated_until_they_are_noticed(new: int, replayed: int, repeat: int) -> None:
    assert target_repeat(Rule(), new, replayed) == repeat


def test_repeated_examples_are_repeated_in_the_file() -> None:
    rule = Rule(new_share=0.9, most_repeats=3)
    files = export.contents(made(replace(ORIGIN, rule=rule)))
    assert len(files["train.jsonl"].splitlines()) == 3 * 3 + 1


def test_export_writes_all_and_again_nothing(tmp_path: Path) -> None:
    folder = export.of(made(), tmp_path)
    assert folder == tmp_path / "datasets" / made().id
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "train.jsonl", "valid.jsonl"]
    assert export.differences(made(), folder) == []
    before = folder.stat().st_ino
    assert export.of(made(), tmp_path).stat().st_ino == before
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [made().id]


@pytest.mark.parametrize("name", ["train.jsonl", "valid.jsonl", "manifest.json"])
def test_a_changed_file_is_seen_and_mended(tmp_path: Path, name: str) -> None:
    folder = export.of(made(), tmp_path)
    with (folder / name).open("ab") as file:
        file.write(b"{}\n")
    assert export.differences(made(), folder) == [name]
    (folder / name).unlink()
    assert export.differences(made(), folder) == [name]
    export.of(made(), tmp_path)
    assert export.differences(made(), folder) == []


def test_a_draft_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    left_over = tmp_path / "datasets" / f".{made().id}.0123abcd"
    left_over.mkdir(parents=True)
    (left_over / "train.jsonl").write_text("half")
    folder = export.of(made(), tmp_path)
    assert list((tmp_path / "datasets").iterdir()) == [folder]


def test_rows_that_are_not_what_was_frozen_are_seen(tmp_path: Path) -> None:
    dataset = made()
    forgotten = replace(dataset, splits={**dataset.splits, "train": dataset.splits["train"][1:]})
    folder = export.of(forgotten, tmp_path)
    assert export.differences(forgotten, folder) == ["train.jsonl"]
    forged = replace(dataset, manifest={**dataset.manifest, "night": "2026-04-01"})
    assert "manifest.json" in export.differences(forged, export.of(forged, tmp_path))


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(FolderTaken, match="other files"):
        export.export(made(), tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "dear"
    assert export.export(made(), tmp_path / "new") == export.export(made(), tmp_path / "new")
