"""The engine, one process for all of these: what is asked of it and what comes back."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove.errors import (
    AdapterMismatch,
    AnswerBroken,
    MessagesUnusable,
    ModelUnavailable,
    PromptTooLong,
    SchemaUnusable,
    SlotsFull,
)
from selfimprove.gateway import replies
from selfimprove.gateway.ask import Ask, Piece, TokenScore
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.gateway.forced_call import schema
from selfimprove.models import mlx
from selfimprove.models.base import TINY, resolve
from selfimprove.models.mlx import Lora
from selfimprove.models.score import score
from selfimprove_tests.models.adapters import write

Run = Callable[[Coroutine[Any, Any, Any]], Any]
QUESTION = "Name the capital of France."
LONG = {"type": "string", "minLength": 400, "maxLength": 420}  # the tiny model is brief unless it is made to go on


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("adapters")
    shapes = {"one": Lora(rank=4), "two": Lora(rank=8, layers=2), "three": Lora(rank=4, method="dora")}
    made = {name: write(home / name, lora, seed) for seed, (name, lora) in enumerate(shapes.items())}
    return {**made, "huge": write(home / "huge", Lora(rank=4), 9, size=1e25)}


@pytest.fixture(scope="module")
def engine(run: Run, folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(Serving(slots=5, context=512))
    run(made.start(resolve("tiny", tmp_path_factory.mktemp("home"))))
    for name in ("one", "two", "three"):
        run(made.load(name, folders[name]))
    yield made
    run(made.stop())


def ask(text: str = QUESTION, slot: str = "base", **given: Any) -> Ask:
    messages = given.pop("messages", ({"role": "user", "content": text},))
    return Ask(**{"id": "a1", "slot": slot, "messages": messages, "max_tokens": 32, "temperature": 0.0, **given})


async def pieces(engine: Engine, asked: Ask) -> list[Piece]:
    return [piece async for piece in engine.say(asked)]


async def said(engine: Engine, asked: Ask) -> str:
    return "".join(piece.text for piece in await pieces(engine, asked))


async def together(engine: Engine, *several: Ask) -> list[str]:
    return list(await asyncio.gather(*(said(engine, one) for one in several)))


def test_an_answer_comes_in_pieces_and_the_last_says_why_it_ended(engine: Engine, run: Run) -> None:
    found = run(pieces(engine, ask()))
    assert "".join(piece.text for piece in found) == "The capital of France is Paris."
    assert len(found) > 5
    assert [piece.finish for piece in found] == [None] * (len(found) - 1) + ["stop"]
    assert (found[-1].prompt_tokens, found[-1].completion_tokens) == (11, 11)


def test_a_mixed_batch_says_what_the_stock_loader_says(engine: Engine, run: Run, folders: dict[str, Path]) -> None:
    asked = [json.loads(line)["messages"] for line in (TINY / "core.jsonl").read_text().splitlines()[:24]]
    slots = ["base", "one", "two", "three"]
    rows = [ask(slot=slots[row % 4], messages=tuple(messages)) for row, messages in enumerate(asked)]
    got = run(together(engine, *rows))
    for turn, name in enumerate(slots):
        stock = mlx.load(TINY, folders.get(name))
        assert got[turn::4] == [one.text for one in mlx.generate(stock, asked[turn::4], max_tokens=32)], name


def token(engine_says: str) -> int:
    """The id of the one token that a text begins with."""
    return int(mlx.load(TINY).tokenizer.encode(engine_says, add_special_tokens=False)[0])


def test_a_token_may_be_banned_or_wanted(engine: Engine, run: Run) -> None:
    paris, rome = token(" Paris"), token(" Rome")
    assert "Paris" not in run(said(engine, ask(logit_bias={str(paris): -100.0})))
    wanted = run(said(engine, ask(logit_bias={str(rome): 30.0, "999999999": 1.0}, max_tokens=1)))
    assert wanted.startswith(" R")
    assert run(said(engine, ask())) == "The capital of France is Paris."


@pytest.mark.parametrize("penalty", ["frequency_penalty", "presence_penalty"])
def test_what_was_said_is_penalised_and_the_prompt_is_not(engine: Engine, run: Run, penalty: str) -> None:
    def spread(**given: float) -> float:
        text = run(said(engine, ask(schema=LONG, max_tokens=120, **given)))
        words = text.split()
        return len(set(words)) / len(words)

    assert spread(**{penalty: 2.0}) > spread()
    assert run(said(engine, ask(**{penalty: 0.5}, max_tokens=1))) == "The"


def test_a_tool_that_must_be_called_is(engine: Engine, run: Run) -> None:
    parameters = {"$defs": {"city": {"enum": ["Bonn", "Ulm"]}}, "type": "object", "required": ["city"],
                  "properties": {"city": {"$ref": "#/$defs/city"}}, "additionalProperties": False}  # fmt: skip
    tools = [{"type": "function", "function": {"name": name, "parameters": parameters}} for name in ("sun", "rain")]
    for choice in ("required", tools[1]):
        text = run(said(engine, ask(schema=schema(tools, choice), is_call=True, max_tokens=64)))
        call = json.loads(text)
        assert call["arguments"]["city"] in ("Bonn", "Ulm")
        assert call["name"] == "rain" or choice == "required"


def test_max_tokens_end_it(engine: Engine, run: Run) -> None:
    last = run(pieces(engine, ask(max_tokens=3)))[-1]
    assert (last.finish, last.completion_tokens) == ("length", 3)


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        (("tal of Fr",), "The capi"),
        (("Paris", " is"), "The capital of France"),
        (("The",), ""),
        (("tal of Fx", "Paris!"), "The capital of France is Paris."),
    ],
)
def test_a_stop_string_over_several_tokens_never_leaks(engine: Engine, run: Run, stop: tuple[str], text: str) -> None:
    found = run(pieces(engine, ask(stop=stop, top_logprobs=0)))
    assert "".join(piece.text for piece in found) == text
    assert found[-1].finish == "stop"
    told = "".join(score.token for piece in found for score in piece.scores)
    assert told.startswith(text)
    assert len(told) - len(text) <= len("tal")  # of the token that the stop string begins in


def test_a_seed_says_the_same_whatever_else_is_in_the_batch(engine: Engine, run: Run) -> None:
    wanted = ask("Tell me something.", temperature=1.3, top_p=0.95, seed=11)
    alone = run(said(engine, wanted))
    others = [ask(f"Say {n}.", slot=slot, temperature=1.3, seed=n) for n, slot in enumerate(["one", "base", "two"] * 3)]
    assert run(together(engine, *others[:5], wanted, *others[5:]))[5] == alone
    several = run(together(engine, *(ask("Tell me something.", temperature=3.0, seed=n) for n in range(6))))
    assert len(set(several)) > 1
    assert len(set(run(together(engine, *[ask("Tell me something.", temperature=3.0)] * 6)))) > 1


def test_logprobs_add_up_to_what_the_scorer_says(engine: Engine, run: Run) -> None:
    found = run(pieces(engine, ask(top_logprobs=3)))
    scores = [score for piece in found for score in piece.scores]
    assert "".join(one.token for one in scores) == "The capital of France is Paris."
    answer = [*ask().messages, {"role": "assistant", "content": "The capital of France is Paris."}]
    wanted = score(mlx.load(TINY), [answer])[0].logprobs[:-1]  # the end token is not told
    assert [one.logprob for one in scores] == pytest.approx(wanted, abs=1e-4)
    assert all(one.top[0] == replace(one, top=()) and len(one.top) == 3 for one in scores)
    assert run(pieces(engine, ask()))[0].scores == ()


def test_bytes_of_split_characters_are_told_and_half_a_character_is_not_said(engine: Engine, run: Run) -> None:
    text = '"a🎉👨‍👩‍👧日"'
    wanted = ask(schema={"const": json.loads(text)}, top_logprobs=2, max_tokens=64)
    found = run(pieces(engine, wanted))
    shown = replies.logprobs([score for piece in found for score in piece.scores])["content"]
    assert "".join(piece.text for piece in found) == text
    assert b"".join(bytes(one["bytes"]) for one in shown) == text.encode()
    assert all(one["top_logprobs"][0]["bytes"] == one["bytes"] for one in shown)
    cut = run(pieces(engine, replace(wanted, max_tokens=4)))
    assert ("".join(piece.text for piece in cut), cut[-1].finish) == ('"a', "length")
    shown = replies.logprobs([score for piece in cut for score in piece.scores])["content"]
    assert b"".join(bytes(one["bytes"]) for one in shown) == text.encode()[:4]


def test_a_schema_is_followed(engine: Engine, run: Run) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Rome"]}, "size": {"type": "integer", "maximum": 99, "minimum": 10}},
        "required": ["city", "size"],
        "additionalProperties": False,
    }
    several = [ask(slot=slot, schema=schema, temperature=1.0, seed=7) for slot in ("base", "one", "two", "three")]
    for text in run(together(engine, ask(), *several))[1:]:
        found = json.loads(text)
        assert found["city"] in ("Paris", "Rome")
        assert 10 <= found["size"] <= 99


def test_scores_of_tokens_that_a_schema_rules_out_are_left_out(engine: Engine, run: Run) -> None:
    ok = {"ok": {"type": "boolean"}}
    schema = {"type": "object", "properties": ok, "required": ["ok"], "additionalProperties": False}
    found = run(pieces(engine, ask(schema=schema, top_logprobs=20)))
    scores = [score for piece in found for score in piece.scores]
    assert scores[0].top == (TokenScore("{", 0.0),), "nothing else may begin it"
    assert all(isinstance(one.logprob, float) for score in scores for one in score.top)


def test_what_was_read_before_is_not_read_again_and_changes_nothing(engine: Engine, run: Run) -> None:
    first = ask("Which city is the capital of Spain? Tell me, please, and be brief about it.", slot="one")
    answer = run(said(engine, first))
    turns = (*first.messages, {"role": "assistant", "content": answer}, {"role": "user", "content": QUESTION})
    before = run(engine.memory())
    again = run(said(engine, ask(slot="one", messages=turns)))
    after = run(engine.memory())
    assert after.hits == before.hits + 1
    assert after.hit_tokens - before.hit_tokens > 20
    stock = mlx.load(TINY, None)
    assert run(said(engine, ask(messages=turns))) == mlx.generate(stock, [turns], max_tokens=32)[0].text
    assert run(engine.memory()).hits == after.hits, "what an adapter has read is of no use to the base"
    assert run(said(engine, ask(slot="one", messages=turns))) == again


def test_what_was_read_before_chats_were_forgotten_is_kept_nowhere(engine: Engine, run: Run) -> None:
    async def forgotten() -> tuple[int, int]:
        await said(engine, ask("My sister is ill, and nobody may know: what can I do for her?"))
        under_way = engine.say(ask("She told nobody but me: what do I say?", schema=LONG, max_tokens=400))
        await anext(under_way)
        before = (await engine.memory()).prefixes
        await engine.forget()
        _ = [piece async for piece in under_way]
        return before, (await engine.memory()).prefixes

    before, after = run(forgotten())
    assert before > 0
    assert after == 0
    run(said(engine, ask("What is a kite? Tell me, please, and be brief about it.")))
    assert run(engine.memory()).prefixes > 0, "what is said from then on is"


def test_closing_it_stops_the_work(engine: Engine, run: Run) -> None:
    async def leave() -> int:
        answer = engine.say(ask(schema=LONG, max_tokens=400))
        await anext(answer)
        await answer.aclose()
        await said(engine, ask())
        return (await engine.memory()).answering

    assert run(leave()) == 0


def test_a_swap_while_an_answer_is_made_leaves_that_answer_as_it_began(
    engine: Engine, run: Run, folders: dict[str, Path]
) -> None:
    long = ask("Tell me a story.", slot="two", schema=LONG, max_tokens=300)

    async def swapped() -> tuple[str, frozenset[str]]:
        answer = engine.say(long)
        texts = [(await anext(answer)).text]
        leaving = asyncio.create_task(engine.unload("two"))
        await engine.load("new", folders["one"])  # others than its own: it must not have its place
        await asyncio.sleep(0.05)
        slots = engine.slots
        with pytest.raises(ModelUnavailable, match="two is not loaded"):
            await said(engine, ask(slot="two"))
        assert not leaving.done()
        other = await said(engine, ask("Tell me a story.", slot="new", schema=LONG, max_tokens=300))
        texts += [piece.text async for piece in answer]
        await asyncio.wait_for(leaving, 5)
        assert other == others
        return "".join(texts), slots

    wanted, others = run(said(engine, long)), run(said(engine, replace(long, slot="one")))
    assert wanted != others
    text, slots = run(swapped())
    assert text == wanted
    assert slots == {"base", "one", "three", "new"}
    run(engine.unload("new"))
    run(engine.load("two", folders["two"]))
    assert run(said(engine, long)) == wanted


def test_who_takes_a_place_does_not_go_on_from_what_the_one_before_read(
    engine: Engine, run: Run, folders: dict[str, Path]
) -> None:
    asked = ask("Which city is the capital of Spain? Tell me, please, and be brief about it.", slot="two", schema=LONG)
    wanted = run(said(engine, replace(asked, slot="one")))
    run(said(engine, asked))
    run(engine.unload("two"))
    run(engine.load("new", folders["one"]))
    before = run(engine.memory())
    assert run(said(engine, replace(asked, slot="new"))) == wanted
    after = run(engine.memory())
    assert (after.hits, after.misses > before.misses) == (before.hits, True), "the engine's own pulse may miss besides"
    run(engine.unload("new"))
    run(engine.load("two", folders["two"]))


def test_one_that_is_wanted_again_while_it_leaves_stays(engine: Engine, run: Run, folders: dict[str, Path]) -> None:
    async def again() -> str:
        answer = engine.say(ask(slot="two", schema=LONG, max_tokens=100))
        await anext(answer)
        leaving = asyncio.create_task(engine.unload("two"))
        await asyncio.sleep(0)
        await engine.load("two", folders["two"])
        await asyncio.wait_for(leaving, 5)
        await answer.aclose()
        return await said(engine, ask(slot="two"))

    assert run(again()) == run(said(engine, ask(slot="two")))


def test_what_is_no_number_ends_that_answer_alone(engine: Engine, run: Run, folders: dict[str, Path]) -> None:
    async def beside() -> list[str]:
        await engine.load("huge", folders["huge"])
        several = (said(engine, one) for one in (ask(), ask(slot="huge"), ask(slot="one")))
        found = await asyncio.gather(*several, return_exceptions=True)
        with pytest.raises(AnswerBroken, match="while huge answered"):
            await engine.probe("huge")
        await engine.unload("huge")
        assert isinstance(found[1], AnswerBroken)
        return [str(found[0]), str(found[2])]

    assert run(beside()) == run(together(engine, ask(), ask(slot="one")))


def test_a_probe_tells_slots_apart(engine: Engine, run: Run) -> None:
    base, one = run(engine.probe("base")), run(engine.probe("one"))
    assert "The capital of France is Paris." in base.text
    assert (one.text, one.logprobs) != (base.text, base.logprobs)
    assert run(engine.probe("base")).logprobs == pytest.approx(base.logprobs, abs=1e-4)
    assert len(base.logprobs) > 20
    assert base.seconds > 0


@pytest.mark.parametrize(
    ("given", "error", "reason"),
    [
        ({"slot": "nobody"}, ModelUnavailable, "nobody is not loaded"),
        ({"text": "very " * 200}, PromptTooLong, r"60\d tokens long and the model reads at most 512"),
        ({"schema": {"type": "wat"}}, SchemaUnusable, "Invalid type"),
        ({"messages": ({"role": "user", "content": [{"type": "image_url"}]},)}, MessagesUnusable, "text alone"),
        ({"messages": ({"role": "user", "content": [3]},)}, MessagesUnusable, "AttributeError"),
        ({"text": "half \ud800"}, MessagesUnusable, "UTF-8"),
    ],
    ids=["slot", "long", "schema", "image", "role", "surrogate"],
)
def test_what_cannot_be_answered_says_why(
    engine: Engine, run: Run, given: dict[str, Any], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        run(said(engine, ask(**given)))
    assert run(said(engine, ask())) == "The capital of France is Paris."


def test_content_in_parts_is_one_text(engine: Engine, run: Run) -> None:
    parts = [{"type": "text", "text": "Name the capital "}, {"type": "text", "text": "of France."}]
    assert run(said(engine, ask(messages=({"role": "user", "content": parts},)))) == run(said(engine, ask()))


def test_a_long_prompt_leaves_room_for_what_fits(engine: Engine, run: Run) -> None:
    last = run(pieces(engine, ask("very " * 140, max_tokens=4000, schema=LONG)))[-1]
    assert last.finish == "length"
    assert last.prompt_tokens + last.completion_tokens == 512


def test_adapters_that_cannot_be_served(engine: Engine, run: Run, folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(AdapterMismatch, match="FileNotFoundError"):
        run(engine.load("none", tmp_path))
    run(engine.load("fourth", folders["one"]))
    run(engine.load("fifth", folders["one"]))
    with pytest.raises(SlotsFull, match="All 5 places"):
        run(engine.load("sixth", folders["one"]))
    for name in ("fourth", "fifth", "nobody"):
        run(engine.unload(name))
    assert engine.slots == {"base", "one", "two", "three"}
