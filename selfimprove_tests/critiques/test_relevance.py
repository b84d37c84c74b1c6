"""How much of the chat an answer takes up."""

import pytest

from selfimprove.critiques.relevance import relevance, stems


def test_stems_are_the_matter_of_a_text():
    assert stems("How do I bake two loaves of bread at 220 degrees, [NAME_1]?") == {
        "bake", "two", "loave", "bread", "220", "degre",
    }  # fmt: skip


@pytest.mark.parametrize(("before", "answer", "least", "most"), [
    (["How do I bake bread?"], "Bread is baked in a hot oven.", 0.3, 1.0),
    (["How do I bake bread?"], "The train leaves at nine.", 0.0, 0.0),
    (["Tell me of bread.", "Gladly.", "How is it baked?"], "Bread is baked slowly.", 0.5, 1.0),
    (["bread"], "bread", 1.0, 1.0),
])
def test_from_nothing_shared_to_all(before, answer, least, most):
    assert least <= relevance(before, answer) <= most


@pytest.mark.parametrize(("before", "answer"), [([], "Bread."), (["And?"], "Bread."), (["Bread?"], "Yes."), ([""], "")])
def test_without_matter_there_is_nothing_to_share(before, answer):
    assert relevance(before, answer) is None


def test_what_was_redacted_is_no_matter():
    assert relevance(["Write to [EMAIL_1] about bread"], "[EMAIL_1] it is.") is None
