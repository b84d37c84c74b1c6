from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from selfimprove.curation.languages import TABLES, identifier

TEXTS = ["My dog is called Rex.", "Mein Hund heißt Rex.", "Mon chien s'appelle Rex.", "日本の首都は東京です。", "x = 1"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "selfimprove"


def kept(cache: Path) -> Path:
    (folder,) = cache.glob("*")
    return folder


def test_the_model_that_is_kept_says_what_the_library_says(cache: Path) -> None:
    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    unpacked, mapped = identifier(), identifier()
    assert isinstance(mapped.tk_nextmove, memoryview)
    assert not isinstance(unpacked.tk_nextmove, memoryview)
    for text in TEXTS:
        assert unpacked.classify(text) == library.classify(text) == mapped.classify(text)
        assert mapped.rank(text) == library.rank(text)


def test_what_is_damaged_is_made_again(cache: Path) -> None:
    said = identifier().classify(TEXTS[1])
    for name, content in (("moves.npy", b""), ("scores.npy", b"\x93NUMPY"), ("rest.json", b"{}"), ("rest.json", b"{")):
        (kept(cache) / name).write_bytes(content)
        assert identifier().classify(TEXTS[1]) == said
        assert isinstance(identifier().tk_nextmove, memoryview), name
    short = np.load(kept(cache) / "scores.npy")[:-1]
    np.save(kept(cache) / "scores.npy", short)
    assert identifier().classify(TEXTS[1]) == said


def test_older_versions_go_and_nothing_else(cache: Path) -> None:
    for name in ("languages-0.1", "rules-1.hs"):
        (cache / name).mkdir(parents=True)
    identifier()
    found = sorted(path.name for path in cache.iterdir())
    assert found[1:] == ["rules-1.hs"]
    assert found[0] != "languages-0.1"
    assert sorted(path.name for path in (cache / found[0]).iterdir()) == sorted(
        ["rest.json", *(f"{name}.npy" for name in TABLES)]
    )


def test_where_nothing_can_be_kept_it_works_all_the_same(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert identifier().classify(TEXTS[0])[0] == "en"
    assert cache.read_text() == "a file where the folder should be"
