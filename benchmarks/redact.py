"""How fast the rules read, what they find and what they touch without reason, against peers in the same process.

Chat, code and labelled text come from the folder SELFIMPROVE_TEST_DATA names; without it those parts are skipped and
only made-up texts are read: the 25 categories, with values of a fresh seed each run. Peers look for what they can
without a model: Presidio with its engine that does no language processing, scrubadub, and datafog's expressions.
Engines take turns; each keeps its best of three. A value counts as found when all of it is masked.

Run: pip install -e ".[bench]" && SELFIMPROVE_TEST_DATA=folder python benchmarks/redact.py [--seed N]
"""

import argparse
import gzip
import importlib.util
import logging
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from selfimprove.privacy import gate
from selfimprove.privacy.labelled import examples
from selfimprove.privacy.measure import HARD_IDS, Labelled, measure
from selfimprove.privacy.redact import Span, find
from selfimprove_tests.privacy.categories.draw import as_shipped, innocent, missed, positives

Finder = Callable[[str], Sequence[Span]]
ROUNDS = 3
TIMES_PRESIDIO, TIMES_SCRUBADUB = 20, 2
LEAST_RECALL, ABOVE_PRESIDIO, SHARE_OF_PRESIDIO, MOST_TOUCHED = 0.97, 0.10, 0.1, 5
PRESIDIO_THRESHOLD = 0.4  # where its false alarms are counted; its recall is counted at 0, both to its advantage


def presidio(threshold: float = 0.0) -> Finder:
    """Its English recognisers; tldextract would otherwise fetch its list of suffixes from the network."""
    import tldextract

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    engine = NoOpNlpEngine([{"lang_code": "en", "model_name": "no_op"}])
    engine.load()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])

    def presidio_find(text: str) -> list[Span]:
        found = analyzer.analyze(text, language="en", score_threshold=threshold)
        return [Span(one.start, one.end, one.entity_type, "presidio") for one in found]

    return presidio_find


def scrubadub() -> Finder:
    """Its default detectors."""
    from scrubadub import Scrubber

    scrubber = Scrubber()
    return lambda text: [Span(one.beg, one.end, one.type, "scrubadub") for one in scrubber.iter_filth(text)]


def datafog() -> Finder:
    """Its Python expressions."""
    import warnings

    from datafog import detect

    warnings.simplefilter("ignore", FutureWarning)  # its other functions are slower
    return lambda text: [Span(one["start"], one["end"], one["type"], "datafog") for one in detect(text)]


def peers() -> dict[str, Finder]:
    """Those that are installed."""
    known = {"presidio_analyzer": presidio, "scrubadub": scrubadub, "datafog": datafog}
    found = {}
    for package, make in known.items():
        if importlib.util.find_spec(package) is None:
            print(f"{package} is not installed: its column and the limits against it are left out")
        else:
            found[package.removesuffix("_analyzer")] = make()
    return found


def turns(folder: Path) -> list[str]:
    """What each side said in the dialogues."""
    with gzip.open(folder / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz") as lines:
        dialogues = [orjson.loads(line)["chosen"] for line in lines]
    parts = (dialogue.replace("\n\nAssistant: ", "\n\nHuman: ").split("\n\nHuman: ") for dialogue in dialogues)
    return [turn for part in parts for turn in part if turn.strip()]


def code(folder: Path) -> list[str]:
    """Instructions with their code: clean, for what is masked here is masked without reason."""
    rows = orjson.loads((folder / "chats" / "code_alpaca_2k_even.json").read_bytes())
    return ["\n".join((row["instruction"], row["input"], row["output"])) for row in rows]


def speeds(engines: dict[str, Finder], texts: Sequence[str]) -> dict[str, float]:
    """Thousands of characters a second of CPU time, the best of the rounds."""
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            started = time.process_time()
            for text in texts:
                engine(text)
            best[name] = min(best[name], time.process_time() - started)
    return {name: sum(map(len, texts)) / 1000 / seconds for name, seconds in best.items()}


def race(engines: dict[str, Finder], corpora: dict[str, list[str]], bound: set[str]) -> list[str]:
    """Prints the speeds; returns the limits that were missed, which hold for the corpora in `bound`."""
    missed = []
    print(f"\n{'kchar/s':12}" + "".join(name.rjust(12) for name in engines) + "   times presidio, scrubadub")
    for corpus, texts in corpora.items():
        speed = speeds(engines, texts)
        ratios = {peer: speed["rules"] / speed[peer] for peer in ("presidio", "scrubadub") if peer in speed}
        row = "".join(f"{speed[name]:12,.0f}" for name in engines)
        print(f"{corpus:12}{row}   " + ", ".join(f"{ratio:.1f}" for ratio in ratios.values()))
        limits = {"presidio": TIMES_PRESIDIO, "scrubadub": TIMES_SCRUBADUB}
        missed += [
            f"{corpus}: {ratio:.1f} times {peer}, wanted {limits[peer]}"
            for peer, ratio in ratios.items()
            if corpus in bound and ratio < limits[peer]
        ]
    return missed


def hard_ids(engines: dict[str, Finder], texts: Sequence[Labelled]) -> list[str]:
    """Prints recall by type and precision on labelled text."""
    measured = {name: measure(texts, engine, time.process_time) for name, engine in engines.items()}
    types = sorted(type_ for type_, tally in measured["rules"].types.items() if tally.labelled and type_ in HARD_IDS)
    print(f"\n{'recall':12}" + "".join(name.rjust(12) for name in engines))
    for type_ in types:
        print(f"{type_:12}" + "".join(f"{measured[name].types[type_].recall:12.3f}" for name in engines))
    totals = {name: measured[name].total(HARD_IDS).recall or 0.0 for name in engines}
    print(f"{'hard ids':12}" + "".join(f"{totals[name]:12.3f}" for name in engines))
    over = (f"{one.over_masked / one.innocent:12.4%}" for one in measured.values())
    print(f"{'over-masked':12}" + "".join(over))
    wanted = max(LEAST_RECALL, totals.get("presidio", 0.0) + ABOVE_PRESIDIO)
    return [] if totals["rules"] >= wanted else [f"hard ids: recall {totals['rules']:.3f}, wanted {wanted:.3f}"]


def touched(engines: dict[str, Finder], texts: Sequence[str]) -> list[str]:
    """Prints the share of clean texts in which something is masked."""
    share = {name: sum(bool(engine(text)) for text in texts) / len(texts) for name, engine in engines.items()}
    print(f"{'code touched':12}" + "".join(f"{share[name]:12.4f}" for name in engines))
    most = share.get("presidio", 1.0) * SHARE_OF_PRESIDIO
    return [] if share["rules"] <= most else [f"clean code: {share['rules']:.4f} touched, wanted {most:.4f}"]


def categories(engines: dict[str, Finder], seed: int) -> list[str]:
    """Prints the share of values masked and the number of innocent texts touched, of the 25 categories."""
    wanted = [Labelled("", one.text, (_place(one.text, one.value or ""),)) for one in positives(seed)]
    clean = [item.text for item in innocent(seed)]
    measured = {name: measure(wanted, engine, time.process_time) for name, engine in engines.items()}
    recall = {name: one.total(["VALUE"]).recall or 0.0 for name, one in measured.items()}
    harm = {name: sum(bool(engine(text)) for text in clean) for name, engine in engines.items()}
    shipped = len(missed(innocent(seed), as_shipped))
    print(f"\n25 categories, seed {seed}: {len(wanted)} values, {len(clean)} innocent texts")
    print(f"{'recall':12}" + "".join(f"{recall[name]:12.3f}" for name in engines))
    print(f"{'touched':12}" + "".join(f"{harm[name]:12}" for name in engines) + f"   with the tagger {shipped}")
    failed = []
    if recall["rules"] < LEAST_RECALL:
        failed.append(f"categories: recall {recall['rules']:.3f}, wanted {LEAST_RECALL}")
    if (most := max(harm["rules"], shipped)) > MOST_TOUCHED:
        failed.append(f"categories: {most} touched, wanted {MOST_TOUCHED}")
    return failed


def _place(text: str, value: str) -> tuple[int, int, str]:
    return text.index(value), text.index(value) + len(value), "VALUE"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    seed = parser.parse_args().seed
    engines: dict[str, Finder] = {"rules": find, **peers()}
    corpora = {"made up": [item.text for item in positives(seed) + innocent(seed)]}
    folder = os.environ.get("SELFIMPROVE_TEST_DATA")
    for engine in engines.values():
        engine("my phone is 212-555-0199")  # reads what it needs before the clock runs
    failed = categories(engines, seed)
    if folder:
        labelled = list(examples(Path(folder) / "privacy" / "synth_dataset_v2.jsonl.gz"))
        data = {"chat": turns(Path(folder)), "code": code(Path(folder)), "synthetic": [one.text for one in labelled]}
        failed += hard_ids(engines, labelled)
        alarms = {**engines, "presidio": presidio(PRESIDIO_THRESHOLD)} if "presidio" in engines else engines
        failed += touched(alarms, data["code"])
        corpora = {**data, **corpora}
    else:
        print("SELFIMPROVE_TEST_DATA is not set: chat, code and labelled text are not here, nor are their limits")
    both: dict[str, Finder] = {"rules": find, "by keywords": lambda text: find(text, admit=gate.keywords)}
    failed += race({**both, **engines}, corpora, set(corpora) - {"made up"})
    print(
        f"\nlimits: {TIMES_PRESIDIO} times presidio and {TIMES_SCRUBADUB} times scrubadub on chat, code and synthetic; "
        f"hard ids {LEAST_RECALL} and presidio + {ABOVE_PRESIDIO}; {SHARE_OF_PRESIDIO} of the clean code that "
        f"presidio touches; categories {LEAST_RECALL}, {MOST_TOUCHED} touched"
    )
    print("\n".join(f"missed: {one}" for one in failed) or "all met")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
