"""Files of sealed records: a torn end is recognised at every byte, a fault in the middle costs itself alone."""

from pathlib import Path

import pytest

from selfimprove.errors import SealBroken, SpoolHeld
from selfimprove.privacy import journal, waiting
from selfimprove.privacy.journal import MAGIC, Damaged, Record
from selfimprove.privacy.vault import Vault, add_key, drop_older_keys
from selfimprove_tests.cost import is_within

CHATS = ("a" * 32, "b" * 32, "c" * 32)
TEXTS = (b"one", b"two" * 10, b"three")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path)


@pytest.fixture
def frames(vault: Vault) -> list[bytes]:
    return [journal.pack(chat, text, vault.seal) for chat, text in zip(CHATS, TEXTS, strict=True)]


def opened(vault: Vault, content: bytes) -> list[bytes]:
    found = [one for one in journal.scan(content) if isinstance(one, Record)]
    return [vault.unseal(one.sealed, journal.context(one.chat_id)) for one in found]


def test_what_was_written_is_read_in_order_and_none_of_it_in_clear(vault: Vault, frames: list[bytes]) -> None:
    content = MAGIC + b"".join(frames)
    assert opened(vault, content) == list(TEXTS)
    assert [one.chat_id for one in journal.scan(content) if isinstance(one, Record)] == list(CHATS)
    assert b"three" not in content


def test_a_record_that_is_cut_at_any_byte_is_not_read_and_those_before_it_are(
    vault: Vault, frames: list[bytes]
) -> None:
    whole = MAGIC + frames[0] + frames[1]
    for cut in range(len(MAGIC + frames[0]) + 1, len(whole)):
        first, torn = journal.scan(whole[:cut])
        assert isinstance(first, Record)
        assert torn == Damaged(whole[len(MAGIC + frames[0]) : cut], is_tail=True)


def test_a_header_that_is_cut_at_any_byte_holds_nothing() -> None:
    assert [list(journal.scan(MAGIC[:cut])) for cut in range(len(MAGIC) + 1)] == [[]] * (len(MAGIC) + 1)


def test_zeros_behind_the_end_are_what_a_power_failure_leaves(vault: Vault, frames: list[bytes]) -> None:
    assert opened(vault, MAGIC + frames[0] + bytes(4096)) == [TEXTS[0]]


def test_a_large_torn_end_is_read_over_once(vault: Vault) -> None:
    """Every place in it looks like the beginning of a record now and then."""

    def torn(size: int) -> bytes:
        return MAGIC + journal.pack(CHATS[0], bytes(size), vault.seal)[:-1]

    small, large = torn(1 << 19), torn(1 << 22)
    assert list(journal.scan(large)) == [Damaged(large[len(MAGIC) :], is_tail=True)]
    assert is_within(2 * 8, lambda: list(journal.scan(large)), lambda: list(journal.scan(small)))


@pytest.mark.parametrize("at", [0, 3, 4, 7, 8, 60, -1])
def test_a_fault_in_the_middle_costs_itself_alone(vault: Vault, frames: list[bytes], at: int) -> None:
    broken = bytearray(frames[1])
    broken[at] ^= 0x40
    content = MAGIC + frames[0] + bytes(broken) + frames[2]
    assert opened(vault, content) == [TEXTS[0], TEXTS[2]]
    [fault] = [one for one in journal.scan(content) if isinstance(one, Damaged)]
    assert fault == Damaged(bytes(broken), is_tail=False)


def test_a_record_opens_for_its_own_chat_alone(vault: Vault, frames: list[bytes]) -> None:
    [record] = journal.scan(MAGIC + frames[0])
    assert isinstance(record, Record)
    with pytest.raises(SealBroken):
        vault.unseal(record.sealed, journal.context(CHATS[1]))
    with pytest.raises(SealBroken):
        vault.unseal(record.sealed, record.chat_id.encode())  # nor as a row of chats


@pytest.fixture
def spooled(tmp_path: Path, frames: list[bytes]) -> Path:
    with waiting.held(tmp_path):
        journal.write(waiting.folder_of(tmp_path) / "000000000001.spool", frames)
    return waiting.folder_of(tmp_path) / "000000000001.spool"


def test_a_new_key_seals_again_what_waits_so_that_the_older_one_can_go(
    tmp_path: Path, vault: Vault, spooled: Path
) -> None:
    newer = add_key(tmp_path)
    assert waiting.reseal(tmp_path, newer) == 3
    assert opened(drop_older_keys(tmp_path), spooled.read_bytes()) == list(TEXTS)
    assert waiting.reseal(tmp_path, newer) == 0


def test_a_gateway_that_is_up_is_waited_for(tmp_path: Path, spooled: Path) -> None:
    newer = add_key(tmp_path)
    with waiting.held(tmp_path) as alone:
        assert alone
        with pytest.raises(SpoolHeld):
            waiting.reseal(tmp_path, newer, patience=0.2)
        spooled.unlink()
        assert waiting.reseal(tmp_path, newer, patience=0.2) == 0


def test_what_was_set_aside_is_sealed_again_too_and_what_does_not_open_stays(
    tmp_path: Path, vault: Vault, frames: list[bytes]
) -> None:
    folder = waiting.folder_of(tmp_path) / "aside"
    folder.mkdir(parents=True)
    journal.write(folder / "x.sealed", [frames[0]])
    foreign = journal.pack(CHATS[1], b"whose?", Vault.open(tmp_path / "other").seal)
    journal.write(folder / "y.sealed", [foreign])
    newer = add_key(tmp_path)
    assert waiting.reseal(tmp_path, newer) == 2
    assert opened(newer, (folder / "x.sealed").read_bytes()) == [TEXTS[0]]
    assert (folder / "y.sealed").read_bytes() == MAGIC + foreign
