"""The commands on standard input and on files."""

import gzip
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from selfimprove.errors import LabelsNotCompressed, LabelsUnreadable, TextUndecodable
from selfimprove.privacy.commands import privacy
from selfimprove_tests.privacy.made import Made

MADE = Made(112)
EMAIL = MADE.email()


def run(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner().invoke(privacy, arguments, input=text)


def test_text_in_redacted_text_out() -> None:
    assert run("redact", text=f"I am {EMAIL},\nwrite to {EMAIL}\n").stdout == "I am [EMAIL_1],\nwrite to [EMAIL_1]\n"
    assert run("redact", text="").stdout == ""


def test_explain_speaks_on_standard_error() -> None:
    result = run("redact", "--explain", text=f"I am {EMAIL}")
    assert result.stdout == "I am [EMAIL_1]"
    assert result.stderr == f"5-{5 + len(EMAIL)} EMAIL by email\n"


def test_lines_in_lines_with_spans_out() -> None:
    text = f"é𝟏 {EMAIL}"
    lines = orjson.dumps({"id": 7, "text": text}) + b"\n\n" + orjson.dumps({"id": "b", "text": "nothing"})
    first, second = map(orjson.loads, run("redact", "--jsonl", text=lines).stdout.splitlines())
    assert first == {
        "id": 7,
        "text": "é𝟏 [EMAIL_1]",
        "spans": [{"start": 3, "end": 3 + len(EMAIL), "type": "EMAIL", "rule": "email"}],
    }
    assert second == {"id": "b", "text": "nothing", "spans": []}


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "text": 2}'])
def test_a_bad_line_is_named(line: str) -> None:
    result = run("redact", "--jsonl", text=f'{{"id": 0, "text": "fine"}}\n{line}\n')
    assert isinstance(result.exception, LabelsUnreadable)
    assert str(result.exception).startswith("Line 2 of standard input is not")
    assert orjson.loads(result.stdout)["text"] == "fine"  # what came before it is done


def test_half_an_emoji_is_named_where_it_stands() -> None:
    result = run("redact", "--jsonl", text='{"id": 0, "text": "a \\ud83d"}')
    assert "no low surrogate in string at character" in str(result.exception)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_heeded(encoding: str) -> None:
    assert run("redact", text=f"I am {EMAIL} é\n".encode(encoding)).stdout == "I am [EMAIL_1] é\n"
    lines = "\n".join(orjson.dumps({"id": at, "text": f"é {EMAIL}"}).decode() for at in range(2))
    first, second = map(orjson.loads, run("redact", "--jsonl", text=lines.encode(encoding)).stdout.splitlines())
    assert first["text"] == second["text"] == "é [EMAIL_1]"


@pytest.mark.parametrize(
    "content",
    [
        f"I am {EMAIL}".encode("utf-16-le"), b"caf\xe9", b"\xef\xbb\xbf\xff", b"\xff\xfe\x00", f"{EMAIL}\x00".encode()
    ],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    result = run("redact", text=content)
    assert isinstance(result.exception, TextUndecodable)
    assert "iconv" in str(result.exception)
    assert result.stdout == ""


def test_lines_with_bytes_of_no_text_are_refused() -> None:
    line = orjson.dumps({"id": 1, "text": EMAIL}).decode()
    assert isinstance(run("redact", "--jsonl", text=f"{line}\n".encode("utf-16-le")).exception, TextUndecodable)


@pytest.mark.parametrize("spoil", [lambda _: b"garbage", lambda all_: all_[:-12], lambda all_: all_[:12] + bytes(9)])
def test_a_spoilt_file_is_named(dataset: Path, spoil: Callable[[bytes], bytes]) -> None:
    dataset.write_bytes(spoil(dataset.read_bytes()))
    result = run("measure", str(dataset), "--no-names")
    assert isinstance(result.exception, LabelsNotCompressed)
    assert str(result.exception).startswith(f"{dataset} is named as a gzip file")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    rows = [
        {"id": "1", "text": f"I am {EMAIL}", "spans": [{"start": 5, "end": 5 + len(EMAIL), "type": "EMAIL_ADDRESS"}]},
        {"id": "2", "text": "I am Ada", "spans": [{"start": 5, "end": 8, "type": "PERSON"}]},
        {"id": "3", "text": "nothing", "spans": []},
    ]
    path = tmp_path / "labelled.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, rows))))
    return path


def test_measure_as_json(dataset: Path) -> None:
    figures = orjson.loads(run("measure", str(dataset), "--json", "--no-names").stdout)
    assert figures["types"]["EMAIL"] == {
        "labelled": 1, "masked": 1, "predicted": 1, "right": 1, "over": 0, "recall": 1.0, "precision": 1.0, "f2": 1.0,
    }  # fmt: skip
    assert figures["types"]["PERSON"]["recall"] == 0
    assert figures["hard_ids"]["recall"] == 1
    assert figures["all"]["recall"] == 0.5
    assert (figures["texts"], figures["clean_texts"], figures["clean_texts_touched"]) == (3, 1, 0)
    assert figures["over_masked"] == 0
    assert figures["kchar_per_second"] > 0


def test_names_are_measured_too_unless_they_are_not_wanted(dataset: Path) -> None:
    figures = orjson.loads(run("measure", str(dataset), "--json").stdout)
    assert figures["types"]["PERSON"]["recall"] == 1
    assert figures["types"]["NAME"]["predicted"] == figures["types"]["NAME"]["right"] == 1
    assert figures["clean_texts_touched"] == 0


def test_names_are_replaced_unless_the_rules_alone_are_asked() -> None:
    text = f"Hello, I am Ingrid Solberg from Uppsala, {EMAIL}"
    assert run("redact", text=text).stdout == "Hello, I am [NAME_1] from [PLACE_1], [EMAIL_1]"
    assert run("redact", "--no-names", text=text).stdout == text.replace(EMAIL, "[EMAIL_1]")


def test_measure_as_a_table(dataset: Path) -> None:
    lines = run("measure", str(dataset), "--no-names").stdout.splitlines()
    assert lines[0].split() == ["type", "labelled", "masked", "recall", "predicted", "precision", "f2", "over"]
    assert lines[1].split() == ["EMAIL", "1", "1", "1.000", "1", "1.000", "1.000", "0"]
    assert lines[2].split() == ["PERSON", "1", "0", "0.000", "0", "-", "-", "0"]
    assert lines[-1].startswith("3 texts, ")


@pytest.mark.parametrize(
    "span", [{"start": 0, "end": 99, "type": "X"}, {"start": 2, "end": 1, "type": "X"}, {"start": 0}, 7]
)
def test_labels_outside_the_text_are_refused(tmp_path: Path, span: object) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_bytes(orjson.dumps({"id": 1, "text": "short", "spans": [span]}))
    result = run("measure", str(path))
    assert isinstance(result.exception, LabelsUnreadable)
    assert "Line 1" in str(result.exception)


def test_every_command_shows_an_example() -> None:
    for command in ("redact", "measure", "build-tagger"):
        assert "Example: selfimprove privacy" in run(command, "--help").stdout
