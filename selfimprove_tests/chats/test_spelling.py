"""A text in the spelling by which a forgotten chat is known again is what Unicode says of each of its letters."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from selfimprove.chats import spelling

TEXTS = st.text(st.one_of(
    st.characters(codec="utf-8"),
    st.characters(categories=["Cf", "Mn"]),
    st.sampled_from([*spelling.PLAIN, *" \t\n\u00a0\u2028Aﬁß１é"]),
))  # fmt: skip


def normalised(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"\s+", " ", "".join(one for one in folded if unicodedata.category(one) != "Cf")).strip()


def spelled(text: str) -> str:
    plain = "".join(spelling.PLAIN.get(letter, letter) for letter in normalised(text))
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))


@pytest.mark.parametrize("few", [0, 20])
@given(TEXTS)
@example("it`s").via("ASCII alone")
def test_letters_are_exchanged_one_after_another_as_all_at_once(few: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spelling, "FEW", few)
        assert (spelling.normalised(text), spelling.spelled(text)) == (normalised(text), spelled(text))
