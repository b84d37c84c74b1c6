"""Tokens in pieces say what they say together, whole characters only."""

from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from selfimprove.gateway import replies
from selfimprove.gateway.ask import score
from selfimprove.models import mlx
from selfimprove.models.asked import Asked
from selfimprove.models.held import Calls, Stops
from selfimprove.models.speech import Speech
from selfimprove.models.stream import Stream
from selfimprove.models.token_bytes import UNFINISHED, token_bytes

TEXTS = ["The capital.", " begins with a space", "naïve café", "日本語のテキスト", "👩‍👩‍👧 and 🇫🇷!", "a\n\n  b", "�?"]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_the_whole(tiny: mlx.Loaded, text: str) -> None:
    stream, tokens = Stream(tiny.tokenizer), tiny.tokenizer.encode(text, add_special_tokens=False)
    pieces = [stream.feed(token) for token in tokens]
    assert "".join(pieces) + stream.rest() == tiny.tokenizer.decode(tokens) == text
    assert not any("\ufffd" in piece for piece in pieces) or "\ufffd" in text


def fallback(*words: str) -> Any:
    """A tokenizer that has no bytes in its names but in those of 256 tokens, as SentencePiece's have."""
    names = [*(f"<0x{byte:02X}>" for byte in range(256)), "▁", *words]
    model = models.BPE({name: at for at, name in enumerate(names)}, [], byte_fallback=True)
    made = Tokenizer(model)
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(tokenizer_object=made)


@pytest.fixture(params=["named by bytes", "with a fallback"])
def tokenizer(request: pytest.FixtureRequest, tiny: mlx.Loaded) -> Any:
    return tiny.tokenizer if request.param == "named by bytes" else fallback("o", "k", "a", "�", "?")


@pytest.mark.parametrize(("text", "left_out", "said"), [
    ("ok語", 1, "ok"), ("ok語", 2, "ok"), ("語語", 1, "語"), ("ok語", 0, "ok語"), ("a👨‍👩", 2, "a👨‍"), ("?�", 0, "?�"),
])  # fmt: skip
def test_a_character_that_was_cut_is_left_out(tokenizer: Any, text: str, left_out: int, said: str) -> None:
    stream, tokens = Stream(tokenizer), tokenizer.encode(text, add_special_tokens=False)
    pieces = [stream.feed(token) for token in tokens[: len(tokens) - left_out]]
    assert "".join(pieces) + stream.rest() == said


def test_what_is_no_character_at_all_is_told_as_such(tiny: mlx.Loaded) -> None:
    stream, (first, *_) = Stream(tiny.tokenizer), tiny.tokenizer.encode("é", add_special_tokens=False)
    letter = tiny.tokenizer.encode("a", add_special_tokens=False)
    assert "".join(map(stream.feed, [first, *letter])) + stream.rest() == "\ufffda"


@pytest.mark.parametrize("text", ["a🎉👨‍👩‍👧日", "ok語", "a�?"])
def test_a_tokens_bytes_are_its_part_of_the_text(tokenizer: Any, text: str) -> None:
    import mlx.core as mx

    asked = Asked(1, "chat-1", "base", tuple(tokenizer.encode("?")), 99, 0.0, 1.0, 0, 2, Stops(()), None, None)
    speech, tokens = Speech(asked, tokenizer), tokenizer.encode(text, add_special_tokens=False)
    even = mx.zeros(len(tokenizer))
    pieces = [speech.hear(token, even) for token in tokens]
    scores = [score(one) for piece in [*pieces, speech.end("stop")] for one in piece["scores"]]
    shown = replies.logprobs(scores)["content"]
    assert len(shown) == len(tokens)
    assert b"".join(bytes(one["bytes"]) for one in shown) == text.encode()
    split = [at for at, token in enumerate(tokens) if UNFINISHED in tokenizer.decode([token])]
    assert [at for at, one in enumerate(scores) if one.raw is not None] == [
        at for at in split if token_bytes(tokenizer, tokens[at]) is not None
    ]


def test_a_token_beyond_the_vocabulary_has_no_bytes(tokenizer: Any) -> None:
    assert token_bytes(tokenizer, 10**6) is None


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
