"""`selfimprove privacy build-tagger`: what it refuses."""

from click.testing import CliRunner

from selfimprove.privacy.names.commands import build_tagger


def test_a_folder_of_texts_that_is_not_there_is_refused(tmp_path) -> None:
    result = CliRunner().invoke(build_tagger, ["--wnut", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
