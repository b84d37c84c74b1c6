"""A soak in miniature: the gateway alone, four clients, swaps, one kill; and that a soak would find what is wrong."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from selfimprove import postgres
from selfimprove.models.base import TINY, resolve
from selfimprove.models.mlx import Lora
from selfimprove_tests.conftest import clone
from selfimprove_tests.gateway.under_load import champions
from soak.audit import audit
from soak.books import Books, Outage, Sent
from soak.soak import Plan, Soak, soak
from soak.stored import Stored
from soak.table import examples, table

PLAN = Plan(7.0, "miniature", clients=3, kinds=("gateway",), most=1, has_nights=False)


@pytest.fixture(scope="module")
def done(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    def prepare(url: str, home: Path) -> None:
        with postgres.connect(url) as connection:
            champions(connection, home, resolve("tiny", home), 2, at_random)

    with clone(server, template) as url:
        yield asyncio.run(soak(PLAN, tmp_path_factory.mktemp("soak"), database_url=url, prepare=prepare))


def at_random(folder: Path, lora: Lora, seed: int) -> Path:
    """An adapter that changes every answer, written without loading the model, which takes four seconds."""
    weights, draw = load_file(TINY / "model.safetensors"), np.random.default_rng(seed)
    tensors = {}
    for name in (name for name in weights if name.endswith("_proj.weight")):
        (out, into), stem = weights[name].shape, name.removesuffix("weight")
        tensors[f"{stem}lora_a"] = draw.normal(0, 0.1, (into, lora.rank)).astype(np.float32)
        tensors[f"{stem}lora_b"] = draw.normal(0, 0.02, (lora.rank, out)).astype(np.float32)
    folder.mkdir(parents=True)
    save_file(tensors, folder / "adapters.safetensors")
    parameters = {"rank": lora.rank, "scale": lora.scale, "dropout": 0.0}
    config = {"fine_tune_type": "lora", "lora_parameters": parameters, "num_layers": -1}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


def found(done: Soak, **changed: Any) -> list[str]:
    """What an audit says of what was stored otherwise."""
    assert done.stored is not None
    return [what for what, _ in audit(done.books, replace(done.stored, **changed), done.known)]


def stored(done: Soak) -> Stored:
    assert done.stored is not None
    return done.stored


def an_answer(done: Soak, is_it: Callable[[Sent], bool] = lambda _: True) -> Sent:
    return next(one for one in done.books.of("answered") if is_it(one) and one.choices == 1)


def with_row(done: Soak, id: str, **more: Any) -> dict[str, Mapping[str, Any]]:
    rows = dict(stored(done).exchanges)
    return {**rows, id: {**rows[id], **more}}


def test_a_killed_gateway_and_swaps_leave_everything_adding_up(done: Soak) -> None:
    assert examples(done.findings) == []
    assert len(list(done.books.of("answered"))) > 20
    assert [outage.kind for outage in done.books.outages] == ["gateway"]
    assert done.house.starts == 2
    assert any(done.books.of("refused", "lost"))
    assert any(reacted.status == "kept" for reacted in done.books.reactions)
    assert len({tuple(text for (by, _), text in done.known.items() if by == voice) for voice, _ in done.known}) >= 2
    assert "| mismatches | 0 |" in table(done.books, stored(done), done.findings)


def test_an_exchange_that_is_missing_or_was_never_asked_for_is_found(done: Soak) -> None:
    one = an_answer(done)
    left = {id: row for id, row in stored(done).exchanges.items() if id != one.id}
    assert "acknowledged and not stored" in found(done, exchanges=left)
    twice = {**stored(done).exchanges, "another": stored(done).exchanges[one.id]}
    assert found(done, exchanges=twice) == ["stored and not asked for"]
    assert found(done, chats={**stored(done).chats, "c": (("user", "who?"),)}) == ["chats without an exchange"]


def test_another_chat_place_adapter_or_word_is_found(done: Soak) -> None:
    one = an_answer(done, lambda sent: not sent.greedy and sent.expected == "new")
    assert found(done, exchanges=with_row(done, one.id, adapter="another")) == [
        "stored with another adapter than was told"
    ]
    other = an_answer(done, lambda sent: sent.chat != one.chat).chat
    assert "stored in another chat than was told" in found(done, exchanges=with_row(done, one.id, chat_id=other))
    assert "stored at another place" in found(done, exchanges=with_row(done, one.id, position=7))
    assert "stored as retry instead of new" in found(done, exchanges=with_row(done, one.id, relation="retry"))
    said = stored(done).chats[one.chat]
    changed = {**stored(done).chats, one.chat: (*said[:-1], ("assistant", "something else"))}
    assert "stored with other words" in found(done, chats=changed)


def test_an_answer_of_another_voice_than_it_is_stamped_with_is_found(done: Soak) -> None:
    one = an_answer(done, lambda sent: sent.greedy)
    known = {**done.known, (one.adapter, one.messages): "what this voice would have said"}
    kinds = {what for what, _ in audit(done.books, stored(done), known)}
    assert kinds == {f"not what the voice that it is stamped with says ({one.adapter[:12]})"}


def test_feedback_that_is_lost_doubled_or_misplaced_is_found(done: Soak) -> None:
    rows = [dict(row) for row in stored(done).feedback]
    assert found(done, feedback=rows[1:]) == ["feedback acknowledged and stored 0 times"]
    assert found(done, feedback=[*rows, {**rows[0], "id": "again"}]) == ["feedback acknowledged and stored 2 times"]
    stranger = {**rows[0], "id": "x", "text": "nobody said so", "chat_id": "c"}
    assert found(done, feedback=[*rows, stranger]) == ["feedback that nobody gave"]
    at, text = next((at, row) for at, row in enumerate(rows) if row["text"])
    moved = [*rows[:at], {**text, "chat_id": "c"}, *rows[at + 1 :]]
    assert found(done, feedback=moved) == ["feedback stored on another answer"]


def test_a_failure_counts_as_explained_only_while_something_was_killed() -> None:
    books = Books(sent=[Sent("anna", (), began=10.0, ended=11.0, outcome="refused", detail="503")])
    nothing = Stored({}, {}, [], {})
    books.outages = [Outage("gateway", 11.5, 20.0), Outage("postgres", 9.0, 12.0, excuses=False)]
    assert ("failed without a kill", "refused: 503") in list(audit(books, nothing, {}))
    books.outages = [Outage("engine", 5.0, 9.5)]
    assert [what for what, _ in audit(books, nothing, {})] == ["refused and not stored as failed"]
    books.sent[0].outcome, books.sent[0].detail = "wrong", "500"
    assert list(audit(books, nothing, {})) == [("answered as must never be", "500")]


def test_what_a_client_broke_off_just_before_a_kill_need_not_be_there() -> None:
    books = Books(sent=[Sent("anna", (), began=10.0, ended=11.0, outcome="cut", id="c1")])
    nothing = Stored({}, {}, [], {})
    books.outages = [Outage("gateway", 11.5, 20.0)]
    assert list(audit(books, nothing, {})) == []
    books.outages = [Outage("gateway", 13.0, 20.0)]
    assert [what for what, _ in audit(books, nothing, {})] == ["cut in mid-stream and not stored"]
