"""Tokens in pieces say what they say together, whole characters only."""

from typing import Any

import pytest

from selfimprove.models import mlx
from selfimprove.models.asked import Asked
from selfimprove.models.held import Calls, Stops
from selfimprove.models.speech import Speech
from selfimprove.models.stream import Stream

TEXTS = ["The capital.", " begins with a space", "naïve café", "日本語のテキスト", "👩‍👩‍👧 and 🇫🇷!", "a\n\n  b", "�?"]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_the_whole(tiny: mlx.Loaded, text: str) -> None:
    stream, tokens = Stream(tiny.tokenizer), tiny.tokenizer.encode(text, add_special_tokens=False)
    pieces = [stream.feed(token) for token in tokens]
    assert "".join(pieces) + stream.rest() == tiny.tokenizer.decode(tokens) == text
    assert not any("\ufffd" in piece for piece in pieces) or "\ufffd" in text


def test_half_a_character_comes_out_at_the_end(tiny: mlx.Loaded) -> None:
    stream, tokens = Stream(tiny.tokenizer), tiny.tokenizer.encode("ok 語", add_special_tokens=False)
    assert "".join(map(stream.feed, tokens[:-1])) == "ok "
    assert stream.rest() == "\ufffd"
    assert stream.rest().encode() == "\ufffd".encode()


def spoken(tokenizer: Any, text: str, stop: tuple[str, ...] = (), calls: Calls | None = None) -> list[dict[str, Any]]:
    asked = Asked(1, "chat-1", "base", (10,), 99, 0.0, 1.0, 0, None, Stops(stop), calls, None)
    speech = Speech(asked, tokenizer)
    pieces = []
    for token in tokenizer.encode(text, add_special_tokens=False):
        pieces.append(speech.hear(token, None))
        if speech.is_stopped:
            return [*pieces, speech.end("stop")]
    return [*pieces, speech.end("stop")]


def test_text_and_calls_part(tiny: mlx.Loaded) -> None:
    import json

    taken = Calls("<tool_call>", "</tool_call>", json.loads)
    text = 'I look.<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>'
    pieces = spoken(tiny.tokenizer, text, calls=taken)
    assert "".join(piece["text"] for piece in pieces) == "I look."
    assert pieces[-1]["finish"] == "tool_calls"
    (call,) = pieces[-1]["tool_calls"]
    assert call["type"] == "function"
    assert call["id"].startswith("call_")
    assert call["function"] == {"name": "weather", "arguments": '{"city":"Paris"}'}


def test_what_is_no_call_is_an_answer(tiny: mlx.Loaded) -> None:
    import json

    pieces = spoken(tiny.tokenizer, "<tool_call>none", calls=Calls("<tool_call>", "</tool_call>", json.loads))
    assert "".join(piece["text"] for piece in pieces) == "<tool_call>none</tool_call>"
    assert pieces[-1]["finish"] == "stop"
    assert "tool_calls" not in pieces[-1]


def test_no_nul_and_no_stop_string(tiny: mlx.Loaded) -> None:
    pieces = spoken(tiny.tokenizer, "a\0b END c", stop=("END",))
    assert "".join(piece["text"] for piece in pieces) == "a\ufffdb "
