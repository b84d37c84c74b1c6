"""Requests in OpenAI's form become what a model reads, tools and their calls included."""

import json
import queue
import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.utils import load_tokenizer

from selfimprove.errors import MessagesUnusable, ModelUnavailable, PromptTooLong, SchemaUnusable
from selfimprove.models.answering import Orders
from selfimprove.models.asked import REACH, Asked, Desk
from selfimprove.models.base import TINY
from selfimprove.models.penalties import Penalties
from selfimprove.models.voices import SCHEMAS, Preparing

TEMPLATE = (
    "{% for tool in tools or [] %}<|system|>{{ tool | tojson }}<|end|>{% endfor %}"
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}"
    "{% for tool_call in (message.tool_calls or []) | map(attribute='function') %}"
    "<tool_call>{{ tool_call.name }}: {{ tool_call.arguments.city }}</tool_call>{% endfor %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny model's, with a template as Qwen's: mlx-lm knows how calls are written by it."""
    folder: Path = tmp_path_factory.mktemp("tools")
    shutil.copy(TINY / "tokenizer.json", folder)
    config = json.loads((TINY / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, "chat_template": TEMPLATE}))
    return load_tokenizer(folder, eos_token_ids=[5])


def wanted(*messages: dict[str, Any], **given: Any) -> dict[str, Any]:
    plain = {
        "id": "chat-1", "slot": "base", "max_tokens": 9, "temperature": 0.0, "top_p": 1.0, "seed": 3, "stop": [],
        "top_logprobs": None, "tools": [], "schema": None,
        "frequency_penalty": 0.0, "presence_penalty": 0.0, "logit_bias": {},
    }  # fmt: skip
    return {**plain, "messages": list(messages), **given}


def read(tokenizer: Any, *messages: dict[str, Any], **given: Any) -> str:
    return str(tokenizer.decode(list(Desk(tokenizer, 512).prepare(1, wanted(*messages, **given)).tokens)))


def test_tools_are_in_the_prompt_and_their_calls_are_taken_out(tokenizer: Any) -> None:
    desk = Desk(tokenizer, 512)
    asked = desk.prepare(1, wanted({"role": "user", "content": "Rain?"}, tools=[TOOL]))
    assert '"weather"' in tokenizer.decode(list(asked.tokens))
    assert asked.calls is not None
    assert asked.calls.feed('<tool_call>{"name": "weather", "arguments": {"city": "Paris"}}</tool_call>') == ""
    assert asked.calls.found == [{"name": "weather", "arguments": '{"city":"Paris"}'}]


def test_parsers_call_the_tools_as_they_like(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "_tool_parser", lambda text, _: {"name": text, "arguments": "{}"})
    calls = Desk(tokenizer, 512).prepare(1, wanted({"role": "user", "content": "Rain?"}, tools=[TOOL])).calls
    assert calls is not None
    assert calls.feed("<tool_call>weather</tool_call>") == ""


def test_without_tools_nothing_is_a_call(tokenizer: Any) -> None:
    assert Desk(tokenizer, 512).prepare(1, wanted({"role": "user", "content": "Rain?"})).calls is None


def test_a_template_that_knows_no_tools_answers_in_text(tiny: Any) -> None:
    asked = Desk(tiny.tokenizer, 512).prepare(1, wanted({"role": "user", "content": "Rain?"}, tools=[TOOL]))
    assert asked.calls is None


def test_earlier_calls_and_their_results_are_read(tokenizer: Any) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
    text = read(
        tokenizer,
        {"role": "user", "content": [{"type": "text", "text": "Rain in "}, {"type": "text", "text": "Paris?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "dry"},
    )
    assert "Rain in Paris?" in text
    assert "<tool_call>weather: Paris</tool_call>" in text
    assert text.endswith("dry<|end|><|assistant|>")


def test_what_cannot_be_read_is_refused(tokenizer: Any) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{"}}
    with pytest.raises(MessagesUnusable, match="JSONDecodeError"):
        read(tokenizer, {"role": "assistant", "content": "", "tool_calls": [call]})
    with pytest.raises(MessagesUnusable, match="text alone"):
        read(tokenizer, {"role": "user", "content": [{"type": "input_audio"}]})


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{% macro m(x) %}{% for k in x %}{{ m(x[k]) }}{% endfor %}{% endmacro %}{{ m(tools[0]) }}", "RecursionError"),
        ("{{ 1 / (messages | length - 1) }}", "ZeroDivisionError"),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "OverflowError"),
    ],
)
def test_a_template_that_fails_refuses_one_request_and_no_other(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch, template: str, reason: str
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(190):
        deep = {"x": deep}
    monkeypatch.setattr(tokenizer._tokenizer, "chat_template", template)
    with pytest.raises(MessagesUnusable, match=reason):
        read(tokenizer, {"role": "user", "content": "Rain?"}, tools=[deep])


def test_an_answer_needs_room_for_one_token(tokenizer: Any) -> None:
    length = len(Desk(tokenizer, 512).prepare(1, wanted({"role": "user", "content": "Hello."})).tokens)
    assert Desk(tokenizer, length + 1).prepare(1, wanted({"role": "user", "content": "Hello."})).max_tokens == 1
    with pytest.raises(PromptTooLong, match=f"{length} tokens long and the model reads at most {length},"):
        Desk(tokenizer, length).prepare(1, wanted({"role": "user", "content": "Hello."}))


class Counting:
    """A tokenizer that knows how many characters it was given."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self.read = tokenizer, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode(self, text: str, **how: Any) -> Any:
        self.read += len(text)
        return self._tokenizer.encode(text, **how)


@pytest.mark.parametrize("said", ["wörd ", "<|end|>", "x"])
def test_what_is_far_too_long_is_not_read_to_its_end(tokenizer: Any, said: str) -> None:
    counting = Counting(tokenizer)
    with pytest.raises(PromptTooLong, match="more than 512 tokens long and the model reads at most 512,"):
        Desk(counting, 512).prepare(1, wanted({"role": "user", "content": said * 100_000}))
    assert counting.read < 20_000


def test_what_has_few_tokens_is_read_whole_however_many_characters_it_has(tokenizer: Any) -> None:
    content = " September" * 499
    asked = Desk(tokenizer, 512).prepare(1, wanted({"role": "user", "content": content}))
    assert len(content) > REACH * 512
    assert len(asked.tokens) == 502
    with pytest.raises(PromptTooLong, match=r"51\d tokens long"):
        Desk(tokenizer, 512).prepare(1, wanted({"role": "user", "content": " September" * 512}))


def test_without_a_seed_each_request_has_its_own(tokenizer: Any) -> None:
    desk, asked = Desk(tokenizer, 512), wanted({"role": "user", "content": "Hello."}, seed=None)
    assert len({desk.prepare(key, asked).seed for key in range(5)}) == 5


def test_nothing_changes_the_logits_unless_it_is_asked_for(tokenizer: Any) -> None:
    desk, hello = Desk(tokenizer, 512), {"role": "user", "content": "Hello."}
    assert desk.prepare(1, wanted(hello)).processors == []
    [bias] = desk.prepare(1, wanted(hello, logit_bias={"7": -3.0})).processors
    assert isinstance(bias, Penalties)
    with closing(desk):
        both = desk.hold(desk.prepare(1, wanted(hello, presence_penalty=1.0)), {"type": "string"}).processors
    assert [type(one).__name__ for one in both] == ["Penalties", "Follow"], "nothing brings back what a schema forbids"


def test_penalties_count_the_answer_and_not_the_prompt() -> None:
    penalties = Penalties(frequency=0.5, presence=1.0, bias={2: 4.0, 99: 1.0})
    logits = mx.zeros((1, 4))
    assert penalties(mx.array([1, 1, 3]), logits).tolist() == [[0.0, 0.0, 4.0, 0.0]]
    assert penalties(mx.array([1, 1, 3, 1]), logits).tolist() == [[0.0, -1.5, 4.0, 0.0]]
    assert penalties(mx.array([1, 1, 3, 1, 1, 2]), logits).tolist() == [[0.0, -2.0, 2.5, 0.0]]


HELLO = {"role": "user", "content": "Hello."}
@pytest.mark.parametrize(
    ("marks", "given", "may_call", "opens"),
    [
        ((9,), {"tools": [TOOL]}, True, True),
        ((9,), {}, True, False),
        ((9,), {"tools": [TOOL]}, False, False),  # of a tool that must be called, the schema is the call
        ((9, 8), {"tools": [TOOL]}, True, False),  # no single token opens a call
    ],
)
def test_with_tools_an_answer_follows_its_schema_or_is_a_call(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch, marks: tuple[int, ...], given: dict[str, Any], may_call: bool,
    opens: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(tokenizer, "_tool_call_start_tokens", marks)
    with closing(Desk(tokenizer, 512)) as desk:
        asked = desk.prepare(1, wanted({"role": "user", "content": "Rain?"}, **given))
        follow = desk.hold(asked, {"type": "string"}, may_call=may_call).schema
    assert follow is not None
    logits = follow(mx.array([1]), mx.zeros((1, 1024)))
    assert mx.isfinite(logits[0, 9]).item() is opens


HOSTILE = {"allOf": [{"type": "string", "pattern": f".*{n}.{{50}}"} for n in range(30)]}


class Slow(Desk):
    """A desk whose schemas are compiled when the test says so."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__(tokenizer, 512)
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def hold(self, asked: Asked, schema: dict[str, Any], *, may_call: bool = True) -> Asked:
        """The same."""
        self.begun.release()
        self.go.acquire()
        return asked


def say(key: int, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"key": key, "do": "say", "ask": wanted(HELLO, schema=schema)}


def cancel(key: int) -> dict[str, Any]:
    return {"key": key, "do": "cancel"}


def keys(orders: Orders) -> list[tuple[str, int]]:
    return [(order["do"], order["key"]) for order in (orders.get_nowait() for _ in range(orders.qsize()))]


def test_a_request_without_a_schema_waits_for_none(tokenizer: Any) -> None:
    orders: Orders = queue.SimpleQueue()
    with closing(Desk(tokenizer, 512)) as desk:
        preparing = Preparing(desk, orders)
        preparing.take(say(1, HOSTILE))
        compiling = threading.Thread(target=preparing.hold)
        compiling.start()
        preparing.take(say(2))
        assert orders.get()["key"] == 2
        compiling.join()
        assert isinstance(orders.get()["error"], SchemaUnusable)


def test_those_with_a_schema_keep_their_order(tokenizer: Any) -> None:
    orders: Orders = queue.SimpleQueue()
    desk = Slow(tokenizer)
    preparing = Preparing(desk, orders)
    for key, schema in enumerate([{}, None, {}, None]):
        preparing.take(say(key, schema))
    desk.go.release(2)
    preparing.hold()
    preparing.hold()
    assert keys(orders) == [("say", 1), ("say", 3), ("say", 0), ("say", 2)]


def test_who_is_cancelled_before_the_schema_is_compiled_is_not_answered(tokenizer: Any) -> None:
    orders: Orders = queue.SimpleQueue()
    desk = Slow(tokenizer)
    preparing = Preparing(desk, orders)
    for key in (1, 2):
        preparing.take(say(key, {}))
    compiling = threading.Thread(target=preparing.hold)
    compiling.start()
    desk.begun.acquire()
    preparing.take(cancel(1))
    preparing.take(cancel(2))
    desk.go.release()
    compiling.join()
    preparing.hold()  # finds nothing to compile for the second
    assert keys(orders) == [("cancel", 1), ("cancel", 2), ("say", 1), ("cancel", 1)]


def test_only_so_many_schemas_wait(tokenizer: Any) -> None:
    orders: Orders = queue.SimpleQueue()
    preparing = Preparing(Slow(tokenizer), orders)
    for key in range(SCHEMAS + 1):
        preparing.take(say(key, {}))
    refused = orders.get_nowait()
    assert (refused["key"], type(refused["error"])) == (SCHEMAS, ModelUnavailable)
    preparing.take(cancel(0))
    preparing.take(say(99, {}))
    assert keys(orders) == [("cancel", 0)]
