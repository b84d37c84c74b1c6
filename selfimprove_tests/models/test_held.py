"""Nothing of a stop string or a tool call goes out, however the text is cut into pieces."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.models.held import Calls, Stops, waits


@pytest.mark.parametrize(
    ("text", "size"),
    [("say EN", 2), ("say END", 0), ("E", 1), ("EE", 1), ("ENE", 1), ("NED", 0), ("", 0)],
)
def test_what_could_begin_a_mark_waits(text: str, size: int) -> None:
    assert waits(text, ["END"]) == size


def fed(stops: Stops, pieces: list[str]) -> tuple[list[str], str]:
    out = []
    for piece in pieces:
        out.append(stops.feed(piece))
        if stops.met:
            return out, ""
    return out, stops.rest()


def test_a_stop_string_split_over_pieces_never_leaks() -> None:
    assert fed(Stops(["###"]), ["one #", "# two ", "##", "# three"]) == (["one ", "## two ", "", ""], "")


def test_the_first_of_several_ends_it() -> None:
    assert fed(Stops(["two", "one"]), ["0 o", "ne two"]) == (["0 ", ""], "")


def test_what_waited_goes_out_when_it_was_none() -> None:
    assert fed(Stops(["END", ""]), ["the EN"]) == (["the "], "EN")


@given(st.text("ab#", max_size=30), st.lists(st.text("ab#", min_size=1, max_size=4), max_size=3), st.data())
def test_pieces_make_no_difference(text: str, marks: list[str], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    stops = Stops(marks)
    out, rest = fed(stops, pieces)
    said = "".join(out) + rest
    assert not any(mark in said for mark in marks)
    ends = [said + mark for mark in marks]
    assert text.startswith(said)
    assert said == text or (stops.met and any(text.startswith(end) for end in ends))


def parse(body: str) -> Any:
    return json.loads(body)


def calls(pieces: list[str], end: str = "</call>") -> tuple[str, list[dict[str, Any]]]:
    taken = Calls("<call>", end, parse)
    text = "".join(map(taken.feed, pieces)) + taken.rest()
    return text, taken.found


def test_calls_are_taken_out_of_the_text() -> None:
    whole = 'Look. <call>{"name": "f", "arguments": {"x": 1}}</call> and <call>{"name": "g", "arguments": {}}</call>'
    wanted = ("Look.  and ", [{"name": "f", "arguments": '{"x":1}'}, {"name": "g", "arguments": "{}"}])
    assert calls([whole]) == wanted
    assert calls(list(whole)) == wanted


def test_a_call_that_is_none_stays_text() -> None:
    assert calls(["<call>not JSON</call> so"]) == ("<call>not JSON</call> so", [])
    assert calls(["<call>{}</call>"]) == ("<call>{}</call>", [])
    assert calls(["a < b and <cal"]) == ("a < b and <cal", [])


def test_some_templates_end_a_call_with_the_answer() -> None:
    assert calls(["<ca", 'll>{"name": "f", ', '"arguments": {}}'], end="") == ("", [{"name": "f", "arguments": "{}"}])


def test_several_calls_in_one() -> None:
    body = '<call>[{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]</call>'
    assert [one["name"] for one in calls([body])[1]] == ["f", "g"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"x": 123456789012345678901234567890}', '{"x":123456789012345678901234567890}'),
        ('{"city": "K\\u00f6ln"}', '{"city":"Köln"}'),
        ('"as it is"', "as it is"),
    ],
)
def test_arguments_are_json_that_can_be_sent_however_long_their_numbers(arguments: str, told: str) -> None:
    said = f'<call>{{"name": "f", "arguments": {arguments}}}</call>'
    assert calls([said]) == ("", [{"name": "f", "arguments": told}])


@pytest.mark.parametrize(
    "body",
    [
        "[" * 5000,
        '{"name": "f", "arguments": ' + '{"x": ' * 3000 + "1" + "}" * 3001,
        '{"name": "f", "arguments": {"x": NaN}}',
        '{"name": "f", "arguments": {"x": "\\ud83d"}}',
        '{"name": "f\\ud83d", "arguments": {}}',
    ],
)
def test_what_cannot_be_sent_is_no_call_and_stays_text(body: str) -> None:
    assert calls([f"<call>{body}</call>"]) == (f"<call>{body}</call>", [])


@pytest.mark.parametrize("made", [{"x": {1, 2}}, {"x": b"1"}, OverflowError("int of inf"), MemoryError()])
def test_what_parsers_make_of_python_or_fail_at_is_no_call(made: Any) -> None:
    def literal(_: str) -> Any:
        if isinstance(made, Exception):
            raise made
        return {"name": "f", "arguments": made}

    taken = Calls("<call>", "</call>", literal)
    assert (taken.feed("<call>f(x)</call>"), taken.found) == ("<call>f(x)</call>", [])
