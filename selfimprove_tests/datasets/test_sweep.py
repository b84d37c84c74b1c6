"""CredSweeper itself, in its worker: it finds secrets, leaves pseudonyms alone, and says nothing of what it reads."""

import string
from collections.abc import Iterator
from contextlib import closing
from random import Random
from typing import Any

import pytest

from selfimprove.datasets.second_opinion import Reader
from selfimprove.datasets.sweep import planted, reader
from selfimprove.errors import ModelWorkFailed, SecondOpinionMissing
from selfimprove.models.worker import Worker
from selfimprove.privacy.fold import TYPES

DRAW = Random(11)


def made(length: int) -> str:
    return "".join(DRAW.choices(string.ascii_letters + string.digits, k=length))


FRAMES = (
    'api_key = "{}"', "CLIENT_SECRET={}", "  password: {}", "Here is the password: {}", "wifi pw = {}",
    "my password is {}, can you change it?", "curl -H 'Authorization: Bearer {}' https://api.service.com/v1",
    "postgres://admin:{}@db.internal.net:5432/app",
)  # fmt: skip


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with closing(Worker("selfimprove.datasets.sweep:load")) as worker:
        yield worker


@pytest.fixture(scope="module")
def sweeper(worker: Worker) -> Reader:
    return reader(worker.do)


def test_secrets_in_code_and_in_prose_are_found_and_named(sweeper: Reader) -> None:
    found = sweeper.read([frame.format(made(36)) for frame in FRAMES])
    assert [frame for frame, names in zip(FRAMES, found, strict=True) if not names] == []
    assert all(name.isprintable() and len(name) < 60 for names in found for name in names)


def test_pseudonyms_are_no_secrets(sweeper: Reader) -> None:
    texts = [frame.format(f"[{type_}_{number}]") for frame in FRAMES for type_ in TYPES for number in (1, 12)]
    assert [text for text, names in zip(texts, sweeper.read(texts), strict=True) if names] == []


def test_a_secret_that_goes_on_after_a_pseudonym_is_found(sweeper: Reader) -> None:
    found = sweeper.read([f"password: [PASSWORD_1]{made(14)}", f'api_key = "[SECRET_1]{made(32)}"'])
    assert all(found)


def test_talk_is_left_alone(sweeper: Reader) -> None:
    texts = [
        "What is the token of love in this poem?\nA red rose.", "My password is too short, how long should it be?",
        "def reset(password: str) -> None:\n    self.password = hash(password)", "The key is under the mat.",
        "API_KEY=your-api-key-here", 'password = os.environ["PASSWORD"]', "", "\n\n", "secret: santa",
    ]  # fmt: skip
    assert sweeper.read(texts) == [[] for _ in texts]


def test_it_tells_its_version_and_settings(sweeper: Reader) -> None:
    assert sweeper.version.startswith("credsweeper 1.")
    assert "lowest threshold" in sweeper.version
    assert (sweeper.reason, sweeper.of_everything) == ("left_over_secret", True)


def test_one_that_finds_nothing_any_more_is_out_of_order() -> None:
    blind = reader(lambda _, job: {"found": [[] for _ in job["texts"]]})
    with pytest.raises(SecondOpinionMissing, match="no longer finds a secret that was put there"):
        blind.read(["hello"])


def test_what_goes_wrong_in_it_does_not_quote_the_text(worker: Worker) -> None:
    secret = made(30)
    with pytest.raises(SecondOpinionMissing, match=r"TypeError|AttributeError") as caught:
        worker.do("selfimprove.datasets.sweep:sweep", {"texts": [f"password: {secret}", 7]})
    assert secret not in str(caught.value)


def test_one_that_was_killed_has_no_opinion() -> None:
    with closing(Worker("selfimprove.datasets.sweep:load")) as worker:
        worker._child.kill()
        with pytest.raises(ModelWorkFailed, match="SIGKILL"):
            reader(worker.do).read(["hello"])


def test_the_planted_line_is_the_same_each_time() -> None:
    assert planted() == planted()
    assert len(planted()) > 40


def test_few_real_chats_and_little_code_alarm_it(sweeper: Reader, test_data: Any) -> None:
    import gzip
    import json

    with gzip.open(test_data / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["chosen"] for line in lines][:300]
    code = json.loads((test_data / "chats" / "code_alpaca_2k_even.json").read_bytes())[:300]
    texts += [f"{row['instruction']}\n{row['output']}" for row in code]
    assert sum(map(bool, sweeper.read(texts))) <= 1
