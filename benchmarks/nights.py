"""Many nights of the tiny model with little practice of what it knew: how much is kept, with replay drawn by what was
lost and without, with and without beginning anew, and merged into the weights each night.

A household teaches six new facts a night and changes two. Every adapter is taken, which is harder than a house with
gates. Rows tell of every five nights: core, own older questions, new ones, each the share answered right.

Run: python benchmarks/nights.py [--full] [--usual] [--seed N] [ARM …]
     (--full: 30 nights and every arm, an hour or more; --usual: with as much practice as a house has by default)
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from selfimprove.adapters import recipe as recipes
from selfimprove.adapters import train
from selfimprove.chats.chat import Message, side
from selfimprove.chats.sample import facts
from selfimprove.datasets import decay, replay, start
from selfimprove.datasets.choose import choose_all
from selfimprove.datasets.decay import Asked, Practice
from selfimprove.datasets.example import Candidate, Chosen, Example, Rule, as_json, content_id
from selfimprove.datasets.freeze import files, target_repeat
from selfimprove.datasets.prompts import keys
from selfimprove.datasets.split import History, Splits, split
from selfimprove.datasets.start import Line, Start
from selfimprove.evals.tasks import suites
from selfimprove.models.base import TINY
from selfimprove.models.tiny import world
from selfimprove.privacy.redacted_chat import RedactedFeedback

FIRST = date(2026, 1, 1)
OWNERS = ("", "sister's ", "brother's ", "mother's ", "father's ", "boss's ", "dentist's ", "uncle's ", "aunt's ",
          "doctor's ", "teacher's ", "neighbour's ")  # fmt: skip
FACTS, CHANGED, ALLOWED = 6, 2, 0.05
SCARCE = Rule(replay=200, remember=60, drift_share=0, most_lost=0, most_nights=0)
STEPS, USUAL_STEPS = 90, 300
ANEW = {name: getattr(Rule(), name) for name in ("drift_share", "most_lost", "most_nights")}
ARMS: dict[str, dict[str, Any]] = {
    "no replay": {"replay": 0, "remember": 0, "floor": 1.0},
    "same lot": {"floor": 1.0, "redraws": False},
    "by lot": {"floor": 1.0},
    "by decay": {},
    "by lot, anew": {"floor": 1.0, **ANEW},
    "by decay, anew": ANEW,
    "merged": {"merges": True},
}
SHORT = ("no replay", "same lot", "by lot", "by decay")


# What people say


def asked_of(text: str, attributes: Sequence[str]) -> str | None:
    return next((name for name in attributes if f"my {name}" in text.lower()), None)


def household(seed: int, night: int) -> list[Candidate]:
    """Tonight's chats: facts about somebody, taught on one day and asked in other words on the next; two old ones that
    have changed."""
    draw = Random(f"{seed}/order")
    names = draw.sample(sorted(world.TAUGHT.keys() - facts.MASKED), 20)
    owners = draw.sample(OWNERS, len(OWNERS))

    def block(number: int) -> tuple[str, list[str]]:
        at = FACTS * (number // len(owners)) % len(names)
        return owners[number % len(owners)], names[at : at + FACTS]

    found = [*taught(night, *block(night), 1000 * seed + night)]
    if night >= 3:
        later = Random(f"{seed}/{night}")
        owner, old = block(later.randrange(night - 1))
        found += taught(night, owner, later.sample(old, CHANGED), 500_000 + 1000 * seed + night)
    return found


def taught(night: int, owner: str, attributes: Sequence[str], seed: int) -> Iterator[Candidate]:
    """The sample household's lessons of these attributes, told of somebody else."""
    for number, draft in enumerate(facts.drafts(seed, 1)):
        name = asked_of(" ".join(m.content for m in draft.messages), attributes)
        if name is None:
            continue
        messages = tuple(Message(m.role, m.content.replace(name, owner + name)) for m in draft.messages)
        said = [replace(one, text=one.text and one.text.replace(name, owner + name)) for one in draft.said]
        feedback = tuple(RedactedFeedback(s.position, s.kind, s.value, s.text, "sample") for s in said)
        liked = {s.position for s in said if s.kind == "thumbs" and (s.value or 0) > 0}
        scores = {at: 0.9 if at in liked else 0.5 for at, m in enumerate(messages) if m.role == "assistant"}
        id = content_id([seed, night, number])
        day = FIRST + timedelta(days=2 * night + (draft.when == "on_the_last_day"))
        at = datetime.combine(day, clock(), UTC) + timedelta(minutes=number)
        yield Candidate(id, day, draft.side or side(id), at, messages, feedback, scores, False, "sample", "one")


# One model on all that is asked


def suite() -> list[tuple[str, str, tuple[Message, ...]]]:
    """Task, slice, and the question with its answer."""
    return [(e.task, e.slice, (*e.messages, Message("assistant", e.reference))) for e in suites(TINY)]


def exact(base: Path, adapter: Path | None, chats: Sequence[Sequence[Message]]) -> list[bool]:
    from selfimprove.models import mlx
    from selfimprove.models.score import score

    return [one.exact for one in score(mlx.load(base, adapter), [as_json(chat) for chat in chats])]


def share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks) if marks else 0.0


@dataclass
class House:
    """What lasts from night to night; `asked` are the suites, and `bare` is what the base model makes of them.

    `marks` are each night's, of the suites and by example id of own questions.
    """

    rule: Rule
    folder: Path
    asked: list[tuple[str, str, tuple[Message, ...]]]
    bare: list[bool]
    redraws: bool = True
    merges: bool = False
    base: Path = TINY
    chosen: list[Chosen] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    learned: set[str] = field(default_factory=set)
    champion: Path | None = None
    nights: int = 0
    marks: list[tuple[list[bool], dict[str, bool]]] = field(default_factory=list)
    last: tuple[Asked, ...] = ()


# One night


def spend(house: House, seed: int, night: int, steps: int) -> dict[str, Any]:
    began = time.process_time()
    house.chosen += choose_all(household(seed, night), house.rule.threshold)[0]
    practice = Practice(house.last, str(night) if night and house.redraws else "", house.rule.floor)
    suite_keys = frozenset(key for _, _, chat in house.asked for key in keys(chat))
    history = History(frozenset(house.seen), frozenset(house.learned), suite_keys, practice)
    begin = start.start(line(house), house.rule)
    rule = start.remembering(begin, house.rule)
    splits = split(house.chosen, history, rule)
    assert splits is not None
    lines = replay.draw(replay.read(TINY / "replay.jsonl"), splits, history, rule).chats
    again = [*(c.example for c in splits.remembered), *replay.base_examples(lines, {})]
    learn(house, splits, again, begin, seed + night, steps)
    return {**judge(house, splits, night), "night": night, "own": len(splits.remembered), "why": begin.reason,
            "seconds": time.process_time() - began}  # fmt: skip


def line(house: House) -> Line:
    """What the house would read of its ledger."""
    if house.champion is None:
        return Line()
    first, last = (share(core(house, house.marks[at][0])) for at in (0, -1))
    own = decay.fall("own", "", [one for one in house.last if one.task in decay.OWN])
    return Line(str(house.champion), house.nights, 0, 0, first - last, ALLOWED, own.before - own.now, own.n)


def core(house: House, marks: Sequence[bool]) -> list[bool]:
    return [mark for mark, (task, _, _) in zip(marks, house.asked, strict=True) if task == "core"]


def learn(house: House, splits: Splits, again: list[Example], begin: Start, seed: int, steps: int) -> None:
    """Train tonight's adapter as a house would, in this process, and take it."""
    anew = begin.adapter is None
    examples: dict[Any, list[Example]] = {"train": [c.example for c in splits.train], "replay": again, "validation": []}
    repeat = target_repeat(house.rule, len(splits.train), len(again))
    folder = house.folder / str(house.nights + 1000 * len(house.marks))
    folder.mkdir()
    for name, content in files(examples, repeat).items():
        (folder / name).write_bytes(content)
    recipe = recipes.Recipe(steps=steps, seed=seed, evaluate_every=10**6)
    if not anew:
        recipe = recipes.going_on_from(recipe, "champion")
    elif house.champion:
        new, own = len(splits.train) * repeat, len(splits.remembered)
        usual = new + min(own, house.rule.remember) + min(len(again) - own, house.rule.replay)
        recipe = recipes.anew(recipe, new + len(again), usual)
    goes_on = house.champion if not anew and not house.merges else None
    job = {"base": str(house.base), "dataset": str(folder), "recipe": asdict(recipe), "out": str(folder / "adapter"),
           "start": str(goes_on) if goes_on else None, "seeds": None}  # fmt: skip
    train.train(job, lambda _: None)
    taken = {e.id for e in (*examples["train"], *again)}
    house.learned = taken if anew else house.learned | taken
    parts = (splits.train, splits.validation, splits.fresh, splits.remembered)
    house.seen |= {c.example.id for part in parts for c in part} | {out.example_id or "" for out in splits.left_out}
    house.champion, house.nights = folder / "adapter", 1 if anew else house.nights + 1
    if house.merges:
        house.base = merged(house.base, house.champion, folder / "base")


def merged(base: Path, adapter: Path, out: Path) -> Path:
    """The model with the adapter's change in its own weights."""
    from mlx.utils import tree_unflatten

    from selfimprove.models import mlx

    loaded = mlx.load(base, adapter)
    changed = [(name, part.fuse()) for name, part in loaded.model.named_modules() if hasattr(part, "fuse")]
    loaded.model.update_modules(tree_unflatten(changed))
    shutil.copytree(base, out)
    mlx.save_model(loaded, out / "model.safetensors")
    return out


def judge(house: House, splits: Splits, night: int) -> dict[str, Any]:
    """Ask tonight's adapter everything, and keep what it knew for the nights to come."""
    own, asked = [*splits.validation, *splits.fresh], house.asked
    adapter = None if house.merges else house.champion
    marks = exact(house.base, adapter, [*(chat for _, _, chat in asked), *(c.example.messages for c in own)])
    suites_, mine = marks[: len(asked)], dict(zip((c.example.id for c in own), marks[len(asked) :], strict=True))
    house.marks.append((suites_, mine))
    earlier = {role: at for role, at in {"anchor": 0, "7": night - 7, "champion": night - 1}.items() if 0 <= at < night}
    house.last = tuple(
        Asked(task, name, chat, {"challenger": suites_[at], "base": house.bare[at],
                                  **{role: house.marks[ago][0][at] for role, ago in earlier.items()}})
        for at, (task, name, chat) in enumerate(asked)
    ) + tuple(
        Asked("holdout", c.example.messages[-1].content, c.example.messages, {"challenger": mine[c.example.id], **{
            role: house.marks[ago][1][c.example.id] for role, ago in earlier.items()
            if c.example.id in house.marks[ago][1]}})
        for c in own
    )  # fmt: skip
    today = FIRST + timedelta(days=2 * night)
    return {"core": share(core(house, suites_)), "kept": share([mine[c.example.id] for c in own if c.day < today]),
            "new": share([mine[c.example.id] for c in own if c.day >= today])}  # fmt: skip


# The comparison


def live(job: dict[str, Any]) -> None:
    """One arm, a JSON line a night."""
    arm, usual = ARMS[job["arm"]], job["usual"]
    changes = {name: value for name, value in arm.items() if name in Rule.__slots__}
    amounts = {} if not usual or "replay" in changes else {"replay": Rule().replay, "remember": Rule().remember}
    rule = replace(SCARCE, **{**changes, **amounts}, seed=job["seed"])
    asked = suite()
    bare = exact(TINY, None, [chat for _, _, chat in asked])
    with TemporaryDirectory() as folder:
        house = House(rule, Path(folder), asked, bare, arm.get("redraws", True), arm.get("merges", False))
        for night in range(job["nights"]):
            print(json.dumps(spend(house, job["seed"], night, USUAL_STEPS if usual else STEPS)), flush=True)


def run(job: dict[str, Any]) -> list[dict[str, Any]]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", __file__, "--arm", json.dumps(job)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def told(rows: Sequence[dict[str, Any]]) -> str:
    """Core at the end of every five nights, and the means of what was kept and of what was new."""
    cells = []
    for at in range(0, len(rows), 5):
        part = rows[at : at + 5]
        kept = [row["kept"] for row in part if row["night"]]
        shares = (part[-1]["core"], sum(kept) / max(1, len(kept)), sum(row["new"] for row in part) / len(part))
        cells.append("{:5.1f} {:3.0f} {:3.0f}".format(*(100 * value for value in shares)))
    anew = [row["night"] + 1 for row in rows if row["night"] and row["why"] not in ("goes_on", "no_champion")]
    tail = f"  anew in night {', '.join(map(str, anew))}" if anew else ""
    return f"{' | '.join(cells)} | {sum(row['seconds'] for row in rows):5.0f} CPU s{tail}"


def main(arguments: list[str]) -> int:
    full, usual = "--full" in arguments, "--usual" in arguments
    seed = int(arguments[arguments.index("--seed") + 1]) if "--seed" in arguments else 1
    arms = [name for name in ARMS if name in arguments] or (list(ARMS) if full else list(SHORT))
    print(f"{'every five nights:':16} core kept new, in percent")
    found = {}
    for arm in arms:
        found[arm] = run({"arm": arm, "seed": seed, "nights": 30 if full else 6, "usual": usual})
        print(f"{arm:16} {told(found[arm])}", flush=True)
    if not {"no replay", "by decay"} <= found.keys():
        return 0
    gain = found["by decay"][-1]["core"] - found["no replay"][-1]["core"]
    print(f"practice keeps {100 * gain:.1f} points of core in the last night; limit 5")
    return int(gain < 0.05)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--arm"]:
        live(json.loads(sys.argv[2]))
        sys.exit()
    sys.exit(main(sys.argv[1:]))
