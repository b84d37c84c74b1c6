"""Made-up values: the same for the same chat, different for different people, and of ranges nobody can be found in."""

import ipaddress
import re
import subprocess
import sys
from datetime import date

import pytest

from selfimprove.privacy.rules.money import luhn, mod_97
from selfimprove.privacy.substitute import KINDS, MOST, substitute, substitutes

CHATS = [f"{number:032x}" for number in range(60)]


def values(type_: str, count: int = 5) -> set[str]:
    """What many chats get for a type."""
    texts = [f"[{type_}_{number}]" for number in range(1, count + 1)]
    return {value for chat in CHATS for value in substitute(texts, chat)}


def test_the_same_pseudonym_is_the_same_value_in_all_of_a_chat() -> None:
    first, second = substitute(["I am [EMAIL_1]; he is [EMAIL_2].", "Hello [EMAIL_1]!"], CHATS[0])
    found = re.fullmatch(r"I am (\S+); he is (\S+)\.", first)
    assert found
    assert found[1] != found[2]
    assert second == f"Hello {found[1]}!"


def test_a_later_part_of_the_chat_alone_gives_the_same_values() -> None:
    whole = substitute(["[PHONE_1] [PHONE_2] [PHONE_3]"], CHATS[0])[0]
    assert substitute(["[PHONE_3]"], CHATS[0])[0] in whole
    assert substitute(["[PHONE_3] and [IP_1]"], CHATS[0])[0].split(" and ")[0] in whole


def test_other_chats_get_other_values() -> None:
    assert len({substitute(["[NAME_1] [EMAIL_1]"], chat)[0] for chat in CHATS}) == len(CHATS)


def test_another_process_gives_the_same_values() -> None:
    text = " ".join(f"[{type_}_{number}]" for type_ in KINDS for number in (1, 2))
    script = f"from selfimprove.privacy.substitute import substitute; print(substitute([{text!r}], 'a chat')[0])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == substitute([text], "a chat")[0]


@pytest.mark.parametrize("type_", KINDS)
def test_every_type_of_pseudonym_has_a_value(type_: str) -> None:
    (text,) = substitute([f"It is [{type_}_1]."], CHATS[0])
    assert not re.search(r"[\[\]]", text)
    assert substitutes([f"It is [{type_}_1]."], CHATS[0]) == {text.removeprefix("It is ").removesuffix(".")}


@pytest.mark.parametrize("type_", KINDS)
def test_as_many_pseudonyms_as_there_may_be_are_all_different(type_: str) -> None:
    texts = [f"[{type_}_{number}]" for number in range(1, MOST + 1)]
    assert len(set(substitute(texts, CHATS[0]))) == MOST


@pytest.mark.parametrize("text", ["[EMAIL_0]", f"[EMAIL_{MOST + 1}]", "[EMAIL]", "[email_1]", "[COLOUR_1]", "EMAIL_1"])
def test_what_is_no_pseudonym_of_ours_stays(text: str) -> None:
    assert substitute([text], CHATS[0]) == [text]
    assert substitutes([text], CHATS[0]) == set()


def test_addresses_are_in_a_domain_that_is_never_given_out() -> None:
    assert all(re.fullmatch(r"[\w.]+@[\w-]+\.test", value) for value in values("EMAIL"))
    assert all(re.fullmatch(r"https://[\w-]+\.test/share/\w{20}EXAMPLE", value) for value in values("LINK"))


def test_telephones_are_those_of_films() -> None:
    kept = (
        r"\([2-9]\d\d\) 555-01\d\d", r"\+44 7700 900\d{3}", r"020 7946 0\d{3}", r"\+49 30 23125 \d{3}",
        r"06 39 98 \d\d \d\d",
    )  # fmt: skip
    found = values("PHONE")
    assert {form for value in found for form in kept if re.fullmatch(form, value)} == set(kept)
    assert all(re.fullmatch("|".join(kept), value) for value in found)


def test_cards_add_up_and_have_no_issuer() -> None:
    numbers = [value.replace(" ", "") for value in values("CARD")]
    assert all(luhn(number) and len(number) == 16 and number.startswith("9999") for number in numbers)


def test_accounts_have_check_digits_that_no_bank_computes() -> None:
    numbers = [value.replace(" ", "") for value in values("IBAN")]
    assert all(number[2:4] == "00" for number in numbers)
    assert all(mod_97(number) != 1 for number in numbers)


def test_numbers_and_networks_were_never_given_out() -> None:
    assert all(re.fullmatch(r"666-\d\d-\d{4}", value) for value in values("NATIONAL_ID"))
    assert not any(ipaddress.ip_address(value).is_global for value in values("IP"))
    assert all(value.startswith("00:00:5E:00:53:") for value in values("DEVICE"))
    assert all(value.startswith("tb1q") for value in values("WALLET"))


def test_days_and_points_are_nobodys() -> None:
    for value in values("BIRTH_DATE"):
        with pytest.raises(ValueError, match="day"):
            date.fromisoformat(value)
    assert all(re.fullmatch(r"-48\.\d{4}, -123\.\d{4}", value) for value in values("COORDINATES"))
    assert all(value.startswith("0") and len(value) == 17 for value in values("VEHICLE"))


def test_secrets_say_that_they_are_examples() -> None:
    assert all(value.endswith("EXAMPLE") for type_ in ("SECRET", "PASSWORD") for value in values(type_))


def test_no_locale_knows_these_names() -> None:
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    made = {name for value in values("NAME") for name in value.split()[1:]} | values("PLACE")
    known: set[str] = set()
    for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL"):
        assert locale in AVAILABLE_LOCALES
        faker = Faker(locale)
        faker.seed_instance(1)
        known |= {faker.last_name() for _ in range(2000)} | {faker.city() for _ in range(1000)}
    assert not made & known
