"""What stands where in transformers is found once, is what transformers finds, and nothing hangs on the file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from selfimprove.models import contents
from selfimprove.models.contents import Structure, remembering
from selfimprove.settings import CHECKOUT

IMPORT = """
import json, sys
from pathlib import Path
from selfimprove.models import contents
sys.modules["torch"] = None
if len(sys.argv) > 1:
    contents.keep(Path(sys.argv[1]))
import transformers
from transformers.utils import import_utils
read = import_utils.create_import_structure_from_path.cache_info().misses
models = str(Path(transformers.__file__).parent / "models")
found = [sorted(map(repr, (sorted(needs), module, sorted(names))) )
         for needs, modules in import_utils.define_import_structure(models, "m").items()
         for module, names in modules.items()]
print(json.dumps([read, dir(transformers), sorted(found), transformers.AutoTokenizer.__name__]))
"""
FOUND: Structure = {frozenset(): {"bert.a": {"BertConfig"}}, frozenset({"torch"}): {"bert.b": {"X", "Y"}}}


def imported(*folder: str) -> list[Any]:
    """How many folders a process read that imports transformers, and what it then knows."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, *folder], cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=True
    )
    said: list[Any] = json.loads(done.stdout)
    return said


def test_an_import_reads_what_an_earlier_one_found_and_knows_the_same(tmp_path: Path) -> None:
    (read, *knows), (first, *finds), (again, *looks_up) = imported(), imported(str(tmp_path)), imported(str(tmp_path))
    assert finds == knows == looks_up
    assert read > 100
    assert first > 100
    assert again == 0


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The file of a module in a package of many."""
    source = tmp_path / "package" / "utils" / "import_utils.py"
    source.parent.mkdir(parents=True)
    source.touch()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "models" / "bert").mkdir(parents=True)
    return source


class Finds:
    """Transformers' own way, which counts how often it is gone."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, module_path: str | Path, prefix: str | None = None, **_: object) -> Structure:
        self.asked.append((str(module_path), prefix))
        return FOUND


def test_one_finding_serves_all_models_under_any_prefix_and_no_caller_changes_it(source: Path, tmp_path: Path) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    found = remembering(finds, source, tmp_path / "kept")
    assert found(models) == FOUND
    found(models)[frozenset()]["bert.a"].clear()
    assert found(str(models / "__init__.py")) == FOUND
    assert found(models, "m") == {
        frozenset(): {"m.bert.a": {"BertConfig"}}, frozenset({"torch"}): {"m.bert.b": {"X", "Y"}},
    }  # fmt: skip
    assert finds.asked == [(str(models), None)]


def test_it_is_kept_when_all_is_asked_for_and_given_as_found_until_then(source: Path, tmp_path: Path) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    found = remembering(finds, source, tmp_path / "kept")
    assert found(models, "m") is FOUND
    assert found(models) is FOUND
    assert found(models) == FOUND
    assert finds.asked == [(str(models), "m"), (str(models), None)]


def test_a_single_model_is_looked_at_as_ever(source: Path, tmp_path: Path) -> None:
    finds, one = Finds(), source.parent.parent / "models" / "bert"
    found = remembering(finds, source, tmp_path / "kept")
    for path in (one, one / "__init__.py"):
        found(path, "x")
    assert finds.asked == [(str(one), "x"), (str(one / "__init__.py"), "x")]
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("content", ["", "torn [", "{}", "[1]", '[["torch"]]', "[[[], []]]"])
def test_a_damaged_file_is_found_anew(source: Path, tmp_path: Path, content: str) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    found = remembering(finds, source, tmp_path / "kept")
    found(models)
    [file] = (tmp_path / "kept").iterdir()
    file.write_text(content)
    assert found(models) == FOUND
    assert found(models) == FOUND
    assert len(finds.asked) == 2


def test_another_installation_is_another_finding(source: Path, tmp_path: Path) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    found = remembering(finds, source, tmp_path / "kept")
    found(models)
    os.utime(models, (1, 1))
    found(models)
    (models.parent / "__init__.py").write_text('__version__ = "2"')
    found(models)
    assert len(finds.asked) == len(list((tmp_path / "kept").iterdir())) == 3


def test_what_is_asked_otherwise_or_has_another_shape_is_found_each_time(source: Path, tmp_path: Path) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    found: Any = remembering(finds, source, tmp_path / "kept")
    assert found(models, depth=3) == found(models, depth=3) == FOUND
    assert len(finds.asked) == 2
    odd: Any = remembering(lambda *_: {1: None}, source, tmp_path / "kept")
    assert odd(models) == {1: None}
    assert not list(tmp_path.glob("kept/*.json"))


def test_where_nothing_can_be_kept_it_is_found_each_time(source: Path, tmp_path: Path) -> None:
    finds, models = Finds(), source.parent.parent / "models"
    (tmp_path / "kept").touch()
    found = remembering(finds, source, tmp_path / "kept")
    assert found(models) == found(models) == FOUND
    assert len(finds.asked) == 2


def test_it_is_asked_for_once_and_not_once_transformers_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = [finder for finder in sys.meta_path if not isinstance(finder, contents._Finder)]
    monkeypatch.setattr(sys, "meta_path", list(before))
    monkeypatch.setitem(sys.modules, contents.MODULE, contents)
    contents.keep(tmp_path)
    assert sys.meta_path == before
    monkeypatch.delitem(sys.modules, contents.MODULE)
    contents.keep(tmp_path)
    contents.keep(tmp_path)
    assert [type(finder) for finder in sys.meta_path if finder not in before] == [contents._Finder]
