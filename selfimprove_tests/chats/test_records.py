"""Files are cut into records: whatever their size, their breaks and their packing."""

import gzip
import io
import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats import records
from selfimprove.chats.records import Record
from selfimprove_tests.cost import is_within

TEXT = st.text(alphabet='a"\\[]{},é\n ', max_size=8)


def containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)


VALUES = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXT, containers, max_leaves=12)
ELEMENTS = st.lists(containers(VALUES), max_size=6)


def cut(data: bytes, limit: int = records.LIMIT, chunk: int = records.CHUNK) -> list[Record]:
    return list(records.records(io.BufferedReader(io.BytesIO(data)), limit=limit, chunk=chunk))


def texts(data: bytes) -> list[bytes | None]:
    return [record.data for record in cut(data)]


def test_megabytes_of_blanks_cost_no_more_than_reading_them(tmp_path: Path) -> None:
    packed = tmp_path / "blank.json.gz"
    packed.write_bytes(gzip.compress(b" \n" * 2**24 + b'{"a": 1}\n'))

    def cut_up() -> None:
        with records.opened(packed) as (text, _):
            assert [one.number for one in records.records(text)] == [2**24 + 1]

    def read() -> None:
        with gzip.open(packed) as text:
            while text.read(2**20):
                continue

    assert is_within(20, cut_up, read)


def test_lines_keep_their_numbers_across_blank_ones() -> None:
    assert cut(b'\n{"a":1}\n\n  \n{"b":2}') == [Record(2, b'{"a":1}\n'), Record(5, b'{"b":2}')]


def test_an_empty_file_has_no_records() -> None:
    assert cut(b"") == cut(b" \n\n") == cut(b"[]") == []


def test_a_byte_order_mark_is_not_part_of_the_first_record() -> None:
    assert texts(b'\xef\xbb\xbf{"a":1}') == [b'{"a":1}']


def test_elements_are_numbered_from_one() -> None:
    assert cut(b' [ {"a": [1, {}]} , {"b": "]}"} ]\n') == [Record(1, b'{"a": [1, {}]}'), Record(2, b'{"b": "]}"}')]


def test_an_object_over_many_lines_is_one_record() -> None:
    data = json.dumps({"messages": [{"role": "user", "content": "a } b"}]}, indent=2).encode()
    assert texts(data) == [data]


def test_what_is_no_value_comes_out_as_it_is_and_costs_itself_alone() -> None:
    assert texts(b'[{"a":1}, 12, {"b":2} oops {"c":3}]') == [b'{"a":1}', b"12", b'{"b":2}', b"oops", b'{"c":3}']
    assert texts(b'[{"a":1}, {"b": nope}, {"c":3}]') == [b'{"a":1}', b'{"b": nope}', b'{"c":3}']


@pytest.mark.parametrize("tail", [b'{"b": "cut of', b'{"b": [1', b'{"b": "cut \\'])
def test_a_file_that_breaks_off_keeps_what_came_before(tail: bytes) -> None:
    assert texts(b'[{"a":1},' + tail) == [b'{"a":1}', tail]


@given(values=ELEMENTS, chunk=st.integers(1, 7), indent=st.sampled_from([None, 1]))
def test_elements_survive_any_chunking(values: list[object], chunk: int, indent: int | None) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = [record.data for record in cut(data, chunk=chunk)]
    assert [orjson.loads(value) for value in found if value] == values


@pytest.mark.parametrize("chunk", [3, 16, 1000])
@pytest.mark.parametrize("large", [b'{"x": "' + b'\\"]' * 40 + b'"}', b'{"x": [' + b'{"y": 1},' * 20 + b"1]}"])
def test_a_record_over_the_limit_is_named_and_its_neighbours_stay(large: bytes, chunk: int) -> None:
    small = [b'{"a":1}', b'{"b":2}']
    elements = cut(b"[" + b",".join([small[0], large, small[1]]) + b"]", 50, chunk)
    assert [record.data for record in elements] == [small[0], None, small[1]]
    lines = cut(b"\n".join([small[0], large, small[1]]), limit=50)
    assert lines == [Record(1, small[0] + b"\n"), Record(2, None), Record(3, small[1])]


def test_too_much_between_elements_does_not_take_the_next_one_along() -> None:
    found = [record.data for record in cut(b'[{"a":1} ' + b"x" * 100 + b' {"b":2}]', limit=50, chunk=8)]
    assert None in found
    assert found[0] == b'{"a":1}'
    assert found[-1] == b'{"b":2}'


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_gzip_is_recognised_by_content_not_by_name(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_bytes(pack(b'{"a":1}\n{"b":2}\n'))
    with records.opened(path) as (text, file):
        assert [record.number for record in records.records(text)] == [1, 2]
        assert file.tell() == path.stat().st_size


def test_memory_does_not_follow_the_size_of_the_array() -> None:
    import tracemalloc

    def peak(elements: int) -> int:
        data = b"[" + b",".join([b'{"a": "' + b"x" * 1000 + b'"}'] * elements) + b"]"
        tracemalloc.start()
        for _ in records.records(io.BufferedReader(io.BytesIO(data))):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < 1.5 * peak(5_000)
