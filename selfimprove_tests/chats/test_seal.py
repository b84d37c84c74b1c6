"""Rows made of chats: what names them, what they hold, and what opens them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from selfimprove.chats.chat import Chat, Feedback, Message, Sealed, Sealing, side
from selfimprove.chats.seal import identify, seal
from selfimprove.errors import SealBroken
from selfimprove.privacy.vault import Vault

AT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
HI, HELLO = Message("user", "hi"), Message("assistant", "hello")
CHAT = Chat("test", "x", "ann", AT, (HI, HELLO))
THUMB = Feedback(1, "thumbs", 1.0, None, "button", AT)
BETTER = Feedback(1, "correction", None, "good day", "button", AT)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_row_opens_with_its_own_id_only(vault: Vault, sealing: Sealing) -> None:
    row, _ = seal(CHAT, sealing, BERLIN)
    sealed = Sealed(row.key_id, row.nonce, row.sealed)
    opened = vault.unseal(sealed, row.id.encode())
    assert opened == b'[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]'
    other, _ = seal(replace(CHAT, external_id="y"), sealing, BERLIN)
    with pytest.raises(SealBroken):
        vault.unseal(sealed, other.id.encode())


def test_a_row_tells_day_turns_and_side(sealing: Sealing) -> None:
    row, _ = seal(CHAT, sealing, BERLIN)
    assert (row.day, row.turns, row.side) == (date(2026, 3, 3), 2, side(row.id))
    assert row.id == identify(CHAT, sealing)
    assert seal(replace(CHAT, user=None), sealing, BERLIN)[0].user_key is None


@pytest.mark.parametrize(
    "same",
    [
        replace(CHAT, user="bob"),
        replace(CHAT, started_at=datetime(2025, 1, 1, tzinfo=UTC)),
        replace(CHAT, messages=(HI, HELLO, Message("user", "and?"))),
        replace(CHAT, messages=(Message("system", "be kind"), HI)),
        replace(CHAT, feedback=(THUMB,)),
    ],
)
def test_a_conversation_that_goes_on_keeps_its_id(sealing: Sealing, same: Chat) -> None:
    assert identify(same, sealing) == identify(CHAT, sealing)


@pytest.mark.parametrize(
    "other",
    [
        replace(CHAT, source="elsewhere"),
        replace(CHAT, external_id="y"),
        replace(CHAT, external_id=None),
        replace(CHAT, messages=(Message("user", "Hi"), HELLO)),
    ],
)
def test_another_source_name_or_opening_is_another_chat(sealing: Sealing, other: Chat) -> None:
    assert identify(other, sealing) != identify(CHAT, sealing)


def test_without_a_name_the_whole_content_is_the_name(sealing: Sealing) -> None:
    nameless = replace(CHAT, external_id=None)
    assert identify(nameless, sealing) == identify(replace(nameless, user="bob"), sealing)
    assert identify(nameless, sealing) != identify(replace(nameless, messages=(HI,)), sealing)


def test_another_house_gives_other_hashes(sealing: Sealing, tmp_path: Path) -> None:
    other = Vault.open(tmp_path / "other")
    mine, _ = seal(CHAT, sealing, BERLIN)
    theirs, _ = seal(CHAT, Sealing(other.seal, other.keyed_hash), BERLIN)
    assert not {mine.id, mine.digest, mine.user_key} & {theirs.id, theirs.digest, theirs.user_key}


def test_text_of_feedback_is_sealed_under_its_own_id_and_a_thumb_has_none(vault: Vault, sealing: Sealing) -> None:
    row, (thumb, better) = seal(replace(CHAT, feedback=(THUMB, BETTER)), sealing, BERLIN)
    assert (thumb.chat_id, thumb.value, thumb.key_id, thumb.nonce, thumb.sealed) == (row.id, 1.0, None, None, None)
    sealed = Sealed(better.key_id or "", better.nonce or b"", better.sealed or b"")
    assert vault.unseal(sealed, better.id.encode()) == b"good day"


@pytest.mark.parametrize(
    "other",
    [
        replace(BETTER, position=3),
        replace(BETTER, kind="comment"),
        replace(BETTER, text="bye"),
        replace(BETTER, source="page"),
        replace(BETTER, text=None, value=0.5),
    ],
)
def test_feedback_is_the_same_by_what_was_said_where_and_through_what(sealing: Sealing, other: Feedback) -> None:
    later = replace(BETTER, given_at=datetime(2026, 3, 9, tzinfo=UTC))
    _, rows = seal(replace(CHAT, feedback=(BETTER, later, other)), sealing, BERLIN)
    assert rows[0].id == rows[1].id != rows[2].id


def test_sides_are_shared_out_80_10_10() -> None:
    ids = [f"{share:08x}" for share in range(100)]
    assert [side(chat_id) for chat_id in ids] == ["train"] * 80 + ["validation"] * 10 + ["sealed"] * 10
