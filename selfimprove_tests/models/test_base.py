"""Which model is meant, where it is, and what identifies it."""

import shutil
from pathlib import Path

import pytest

from selfimprove.errors import ModelMissing
from selfimprove.models import base
from selfimprove.models.base import SUITES, TINY, content_hash, resolve
from selfimprove.models.catalog import known

REPOSITORY = "mlx-community/Llama-3.2-3B-Instruct-4bit"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No hub, and an empty cache of it."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def _model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for file in TINY.iterdir():
        if file.suffix != ".jsonl":
            shutil.copy(file, folder)
    return folder


def test_tiny_is_the_packages_own(tmp_path: Path) -> None:
    found = resolve("tiny", tmp_path)
    assert (found.name, found.folder, found.suites) == ("tiny", TINY, TINY)
    assert len(found.id) == 64
    assert found == resolve("tiny", tmp_path)


def test_a_folder_is_known_by_its_content_not_its_place(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine")
    found = resolve(str(folder), tmp_path)
    assert found.id == resolve("tiny", tmp_path).id
    assert (found.folder, found.suites) == (folder, SUITES)


def test_a_folder_with_suites_is_measured_by_them(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine")
    shutil.copy(TINY / "core.jsonl", folder)
    assert resolve(str(folder), tmp_path).suites == folder


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_any_byte_that_matters_changes_the_id(tmp_path: Path, name: str) -> None:
    folder = _model(tmp_path / "mine")
    before = content_hash(folder)
    content = bytearray((folder / name).read_bytes())
    content[-3] ^= 1
    (folder / name).write_bytes(content)
    assert content_hash(folder) != before


def test_notes_beside_a_model_do_not_change_its_id(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine")
    before = content_hash(folder)
    (folder / "README.md").write_text("about it")
    assert content_hash(folder) == before


def test_large_files_are_sampled_to_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "SMALL", 2**20)
    large = tmp_path / "model.safetensors"
    content = bytearray(3 * 2**20)
    large.write_bytes(content)
    before = content_hash(tmp_path)
    for place in (5, 2**20 + 5, 3 * 2**20 - 1):
        changed = content.copy()
        changed[place] = 1
        large.write_bytes(changed)
        assert content_hash(tmp_path) != before, place
    large.write_bytes(content[:-1])
    assert content_hash(tmp_path) != before, "a shorter file"


@pytest.mark.parametrize("lost", ["config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_part_says_which(tmp_path: Path, lost: str) -> None:
    folder = _model(tmp_path / "mine")
    (folder / lost).unlink()
    with pytest.raises(ModelMissing, match="the folder has no"):
        resolve(str(folder), tmp_path)


@pytest.mark.parametrize("name", ["/nowhere/at/all", "~nobody-here/model", "/" + "x" * 300, "a\0b"])
def test_a_name_that_is_neither_folder_nor_repository(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelMissing, match="there is no such folder"):
        resolve(name, tmp_path)
    assert [entry.name for entry in known(name, tmp_path)] == ["tiny"]


def test_a_repository_without_network_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(
        ModelMissing, match=r"download from the hub failed.*connect once and run `selfimprove models show`"
    ):
        resolve(REPOSITORY, tmp_path)
    assert not (tmp_path / "models" / "mlx-community--Llama-3.2-3B-Instruct-4bit").exists()


def test_a_repository_is_not_downloaded_when_that_is_not_wanted(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="it is not downloaded yet"):
        resolve(REPOSITORY, tmp_path, download=False)


def test_a_downloaded_repository_is_used_without_network(tmp_path: Path) -> None:
    folder = _model(tmp_path / "models" / "mlx-community--Llama-3.2-3B-Instruct-4bit")
    found = resolve(REPOSITORY, tmp_path)
    assert (found.name, found.folder) == (REPOSITORY, folder)


def test_a_broken_off_download_is_not_taken_for_a_model(tmp_path: Path) -> None:
    _model(tmp_path / "models" / "mlx-community--Llama-3.2-3B-Instruct-4bit.part")
    with pytest.raises(ModelMissing):
        resolve(REPOSITORY, tmp_path)


def test_a_folder_without_all_its_weight_files_is_refused(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    with pytest.raises(ModelMissing, match="not all of 2 weight files"):
        resolve(str(folder), tmp_path)
    shutil.copy(folder / "model-00001-of-00002.safetensors", folder / "model-00002-of-00002.safetensors")
    assert resolve(str(folder), tmp_path).folder == folder


def test_a_repository_in_the_hubs_cache_is_used(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--mlx-community--Llama-3.2-3B-Instruct-4bit"
    commit = "0" * 40
    snapshot = _model(repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    assert resolve(REPOSITORY, tmp_path).folder == snapshot
