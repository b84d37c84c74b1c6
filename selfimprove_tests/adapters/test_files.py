"""Files are named by hash, moved whole, and read again before anyone loads them."""

from dataclasses import replace
from pathlib import Path

import pytest

from selfimprove.adapters.adapter import FILES, hashes, id_of
from selfimprove.adapters.files import folder_of, keep, verified_folder
from selfimprove.errors import AdapterCorrupt
from selfimprove_tests.adapters.make import draft, kept


def test_an_adapter_is_named_by_its_files(tmp_path: Path) -> None:
    adapter = kept(tmp_path)
    assert verified_folder(adapter) == tmp_path / "adapters" / adapter.id
    assert adapter.id == id_of(hashes(tmp_path / "adapters" / adapter.id))
    assert not (tmp_path / "work" / "weights").exists()


def test_a_folder_with_a_space_is_found_by_its_url(tmp_path: Path) -> None:
    home = tmp_path / "my state"
    assert verified_folder(kept(home)).parent == home / "adapters"


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_refused(tmp_path: Path, name: str) -> None:
    adapter = kept(tmp_path)
    path = folder_of(adapter) / name
    path.write_bytes(b"X" + path.read_bytes()[1:])
    with pytest.raises(
        AdapterCorrupt, match=rf"{name} was changed since it was trained.*selfimprove promotion rollback"
    ):
        verified_folder(adapter)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    adapter = kept(tmp_path)
    (folder_of(adapter) / name).unlink()
    with pytest.raises(AdapterCorrupt, match=f"{name} is missing"):
        verified_folder(adapter)


def test_a_file_of_somebody_elses_does_no_harm(tmp_path: Path) -> None:
    adapter = kept(tmp_path)
    (folder_of(adapter) / ".DS_Store").write_text("finder")
    assert verified_folder(adapter)


def test_a_row_that_was_edited_to_match_other_files_is_refused(tmp_path: Path) -> None:
    adapter, other = kept(tmp_path), kept(tmp_path, content="other")
    with pytest.raises(AdapterCorrupt, match="does not belong to that id"):
        verified_folder(replace(adapter, files=other.files, url=other.url))


def test_an_address_that_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdapterCorrupt, match="is not a file:// address"):
        verified_folder(replace(kept(tmp_path), url="https://example.org/adapter"))


def test_keeping_the_same_files_twice_is_one_adapter(tmp_path: Path) -> None:
    first = kept(tmp_path)
    inode = (folder_of(first) / FILES[0]).stat().st_ino
    again, files, url = keep(draft(tmp_path / "again"), tmp_path)
    assert (again, files, url) == (first.id, first.files, first.url)
    assert (folder_of(first) / FILES[0]).stat().st_ino == inode


def test_keeping_mends_a_damaged_folder(tmp_path: Path) -> None:
    adapter = kept(tmp_path)
    (folder_of(adapter) / FILES[0]).write_text("damaged")
    keep(draft(tmp_path / "again"), tmp_path)
    assert verified_folder(adapter)


def test_an_unfinished_draft_is_not_kept(tmp_path: Path) -> None:
    folder = draft(tmp_path / "half")
    (folder / "recipe.json").unlink()
    with pytest.raises(FileNotFoundError):
        keep(folder, tmp_path)
    assert not (tmp_path / "adapters").exists()


def test_a_row_that_names_too_few_files_is_refused(tmp_path: Path) -> None:
    whole = kept(tmp_path)
    for files in ({}, {name: whole.files[name] for name in FILES[1:]}):
        with pytest.raises(AdapterCorrupt, match="does not belong to that id"):
            verified_folder(replace(whole, id=id_of(files), files=files))


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_lies_in_an_adapters_place_makes_way_and_what_a_link_leads_to_stays(tmp_path: Path, kind: str) -> None:
    elsewhere = draft(tmp_path / "elsewhere")
    id = id_of(hashes(elsewhere))
    place = tmp_path / "adapters" / id
    place.parent.mkdir()
    place.symlink_to(elsewhere) if kind == "link" else place.write_text("in the way")
    assert verified_folder(kept(tmp_path)) == place
    assert not place.is_symlink()
    assert hashes(elsewhere) == hashes(place)
