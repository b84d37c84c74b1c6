"""Which library multiplies, and that a wrong or missing one is not used."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from selfimprove.models import blas
from selfimprove.models.blas import OWN, SYSTEM, WHEEL, Candidate

linux = pytest.mark.skipif(sys.platform != "linux", reason="MLX uses Accelerate here")
compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


def test_what_is_in_use_multiplies_correctly(tmp_path: Path) -> None:
    report = blas.describe(tmp_path)
    assert report.correct
    assert report.gflops > 0.1
    assert report.name in {SYSTEM, WHEEL, OWN, blas.APPLE}


@linux
@compiler
def test_the_wheels_openblas_is_chosen_and_faster(tmp_path: Path) -> None:
    offers = blas.candidates(tmp_path)
    chosen = blas.choose(offers)
    assert offers
    assert chosen.name in {SYSTEM, WHEEL}
    fast, own = blas.measure(chosen), blas.measure(Candidate(OWN, ()))
    assert fast is not None
    assert own is not None
    assert fast.gflops > 1.5 * own.gflops


@linux
def test_a_library_that_is_not_there_is_passed_over() -> None:
    missing = Candidate("nowhere", ("/nowhere/libopenblas.so",))
    assert blas.measure(missing) is None
    assert blas.choose([missing]).name == OWN


@linux
@compiler
def test_a_library_that_multiplies_wrongly_is_passed_over(tmp_path: Path) -> None:
    source, library = tmp_path / "wrong.c", tmp_path / "wrong.so"
    source.write_text("void cblas_sgemm(void) {}\n")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    wrong = Candidate("wrong", (str(library),))
    report = blas.measure(wrong)
    assert report is not None
    assert not report.correct
    assert blas.choose([wrong]).name == OWN


def test_no_offers_leave_mlx_as_it_is() -> None:
    assert blas.choose([]) == Candidate(OWN, ())


@linux
def test_a_folder_that_cannot_be_written_leaves_mlx_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert blas._chosen(tmp_path / "file" / "below") == Candidate(OWN, ())


@linux
def test_a_choice_is_remembered_until_its_library_goes(tmp_path: Path) -> None:
    library = tmp_path / "library.so"
    library.touch()
    blas._remember(tmp_path, Candidate("kept", (str(library),)))
    assert blas._remembered(tmp_path) == Candidate("kept", (str(library),))
    library.unlink()
    assert blas._remembered(tmp_path) is None


@linux
def test_a_damaged_memory_is_measured_again(tmp_path: Path) -> None:
    blas._remember(tmp_path, Candidate("kept", ()))
    [file] = tmp_path.glob("choice-*.json")
    file.write_text(json.dumps({"name": "half"}))
    assert blas._remembered(tmp_path) is None
    file.write_text("{")
    assert blas._remembered(tmp_path) is None


def test_using_it_twice_gives_the_same_name(tmp_path: Path) -> None:
    script = "from selfimprove.models import blas; first = blas.use(); import mlx.core; print(first == blas.use())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
