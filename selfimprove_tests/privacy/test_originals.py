"""What was redacted is known again by its keyed hash, and only by who has the key."""

from pathlib import Path

import pytest

from selfimprove.postgres import Connection
from selfimprove.privacy.originals import hashed, recognised
from selfimprove.privacy.redact import find, redact
from selfimprove.privacy.redact_day import Asked, redact_day
from selfimprove.privacy.vault import Vault
from selfimprove_tests.privacy.conftest import DAY, Store, chat
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.test_redact_day import nobody

MADE = Made(271)


def known(text: str, vault: Vault) -> set[str]:
    return set(recognised(text, find(text), vault.keyed_hash))


def test_a_value_is_known_again_however_it_is_spelt(vault: Vault) -> None:
    email = MADE.email()
    stored = hashed(redact([f"write to {email}"]).originals, vault.keyed_hash)
    assert list(stored) == ["[EMAIL_1]"]
    assert known(f"It is {email.upper()}, I think.", vault) == set(stored.values())
    assert known(f"It is x{email}, I think.", vault).isdisjoint(stored.values())
    assert known("It is nothing.", vault) == set()


def test_the_same_value_as_another_type_is_another_original(vault: Vault) -> None:
    one, other = hashed({"[EMAIL_1]": "x", "[NAME_1]": "x"}, vault.keyed_hash).values()
    assert one != other


def test_another_key_gives_other_hashes_and_no_value_shows(vault: Vault, tmp_path: Path) -> None:
    email = MADE.email()
    originals = redact([email]).originals
    assert hashed(originals, vault.keyed_hash) != hashed(originals, Vault.open(tmp_path / "other").keyed_hash)
    assert email not in repr(redact([email]).originals.keys()) + repr(redact([email]))


@pytest.mark.parametrize("texts", [("hello", "hi"), ("[EMAIL_7] wrote", "who?")])
def test_what_was_not_replaced_here_has_no_original(texts: tuple[str, ...]) -> None:
    assert redact(texts).originals == {}


def test_a_day_keeps_the_hashes_of_what_it_replaced(connection: Connection, vault: Vault, store: Store) -> None:
    email = MADE.email()
    store(chat(f"I am {email}", "hello"), chat("nothing here", "no"), chat("again", f"{email.upper()}!"))
    redact_day(connection, DAY, vault, "run", Asked(nobody))
    rows = connection.execute("select originals from redacted_chats order by originals::text").fetchall()
    (expected,) = known(email, vault)
    assert sorted(str(row["originals"]) for row in rows) == sorted(["{}", *[str({"[EMAIL_1]": expected})] * 2])
