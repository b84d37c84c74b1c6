"""An export is whole, named by its adapter, explains itself, and answers as the adapter does."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from selfimprove.adapters.exports.export import FORMATS, Format, Wanted, export
from selfimprove.adapters.files import folder_of
from selfimprove.errors import (
    AdapterCorrupt,
    AdapterOfOtherBase,
    ExportDiffers,
    ExportImpossible,
    FolderTaken,
    FolderUnwritable,
)
from selfimprove.models.mlx import Lora
from selfimprove_tests.adapters.exports import make

IDS = [3, 70, 71, 300, 4, 5, 3, 12]
DORA = Lora(rank=4, scale=2.0, method="dora")


def test_mlx_is_the_adapter_as_mlx_lm_loads_it(tmp_path: Path) -> None:
    from mlx_lm.utils import load

    base = make.tiny()
    done = export(make.wanted(tmp_path, base, "mlx"), tmp_path / "out")
    assert done.figures["greatest"] == 0.0
    assert done.figures["learned"] > 0.1
    load(str(base.folder), adapter_path=str(done.folder))
    page = (done.folder / "README.md").read_text()
    assert f"mlx_lm.server --model {base.name} --adapter-path ." in page
    assert "keep it as private as they are" in page


@pytest.mark.parametrize("lora", [Lora(rank=4, scale=5.0), DORA, Lora(rank=2, layers=1)], ids=["lora", "dora", "last"])
def test_fused_says_what_the_adapter_says(tmp_path: Path, lora: Lora) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "fused", lora)
    done = export(wanted, tmp_path / "out")
    with_adapter = make.logits(wanted.base.folder, folder_of(wanted.adapter), IDS)
    assert np.abs(make.logits(done.folder, None, IDS) - with_adapter).max() < 1e-4
    assert np.abs(make.logits(wanted.base.folder, None, IDS) - with_adapter).max() > 0.1
    assert (done.figures["agree"], done.figures["greatest"] < 1e-4) == (1.0, True)


def test_a_quantised_base_is_written_in_full_width(tmp_path: Path) -> None:
    base = make.model(tmp_path / "model-4bit", "llama", bits=4)
    wanted = replace(make.wanted(tmp_path, base, "fused"), dequantise=True)
    done = export(wanted, tmp_path / "out")
    with_adapter = make.logits(base.folder, folder_of(wanted.adapter), IDS)
    assert "quantization" not in json.loads((done.folder / "config.json").read_text())
    assert np.abs(make.logits(done.folder, None, IDS) - with_adapter).max() < 1e-4
    assert "model-4bit" in (done.folder / "README.md").read_text()
    assert str(tmp_path) not in (done.folder / "README.md").read_text()


def test_quantised_anew_a_small_change_vanishes_and_that_is_refused(tmp_path: Path) -> None:
    base = make.model(tmp_path / "model-2bit", "llama", bits=2)
    small = make.adapter(tmp_path, base, size=0.001)
    with pytest.raises(ExportDiffers, match=r"--dequantise"):
        export(Wanted(small, base, "fused"), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_large_one_survives_eight_bits(tmp_path: Path) -> None:
    base = make.model(tmp_path / "model-8bit", "qwen2", bits=8)
    done = export(make.wanted(tmp_path, base, "fused"), tmp_path / "out")
    assert 0 < done.figures["error"] < done.figures["learned"] / 4
    assert json.loads((done.folder / "config.json").read_text())["quantization"] == {"group_size": 32, "bits": 8}


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_of_that_name_is_left_alone(tmp_path: Path, format: Format) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), format)
    place = tmp_path / "out" / f"{wanted.adapter.id[:12]}-{format}"
    place.mkdir(parents=True)
    with pytest.raises(FolderTaken, match=str(place)):
        export(wanted, tmp_path / "out")
    assert list(place.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(FolderUnwritable, match="Name a folder that you may write to"):
        export(make.wanted(tmp_path, make.tiny(), "mlx"), Path("/proc/nowhere"))


def test_an_adapter_of_another_base_is_refused(tmp_path: Path) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "peft")
    with pytest.raises(AdapterOfOtherBase):
        export(replace(wanted, adapter=replace(wanted.adapter, base_model="other")), tmp_path / "out")


def test_a_damaged_adapter_is_refused(tmp_path: Path) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "peft")
    (folder_of(wanted.adapter) / "adapters.safetensors").write_bytes(b"?")
    with pytest.raises(AdapterCorrupt):
        export(wanted, tmp_path / "out")


@pytest.mark.parametrize("format", ["peft", "gguf"])
@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [("starcoder2", {}, "starcoder2 models are not known"), ("llama", {"rope_traditional": True}, "rotates queries")],
)
def test_what_has_no_counterpart_is_refused(
    tmp_path: Path, format: Format, kind: str, more: dict[str, object], reason: str
) -> None:
    base = make.model(tmp_path / kind, kind, more={**more, "norm_epsilon": 1e-5})
    with pytest.raises(ExportImpossible, match=rf"{reason}.*--format mlx, or --format fused"):
        export(make.wanted(tmp_path, base, format), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_dora_has_no_gguf(tmp_path: Path) -> None:
    with pytest.raises(ExportImpossible, match="this is DoRA"):
        export(make.wanted(tmp_path, make.tiny(), "gguf", DORA), tmp_path / "out")
