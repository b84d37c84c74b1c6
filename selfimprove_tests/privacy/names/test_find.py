"""The shipped tagger finds people and places that it was not taught, and leaves other words alone."""

from itertools import chain

import pytest
from faker import Faker

from selfimprove.errors import TaggerFailed
from selfimprove.privacy.names import SECOND_LOOK, weights
from selfimprove.privacy.names.find import _prove, _tensors, default_threshold, find, read, work
from selfimprove.privacy.names.find import _spans as beside
from selfimprove.privacy.names.pieces import windows
from selfimprove.privacy.names.spans import Said
from selfimprove.privacy.redact import find as rules
from selfimprove.privacy.redact import redact

# None of these is a sentence that it was trained on.
TOLD = {
    "en_GB": ("Yesterday {name} forgot the umbrella at our house.", "could you remind {name} that rent is due",
              "The tickets are for {name}, not for me.", "Best wishes from all of us\n{name}"),
    "de_DE": ("Gestern hat {name} den Schirm bei uns vergessen.", "Die Karten sind für {name}, nicht für mich."),
    "fr_FR": ("Hier {name} a oublié son parapluie chez nous.", "Les billets sont pour {name}, pas pour moi."),
    "es_ES": ("Ayer {name} olvidó el paraguas en casa.", "Las entradas son para {name}, no para mí."),
    "it_IT": ("Ieri {name} ha dimenticato l'ombrello da noi.", "I biglietti sono per {name}, non per me."),
    "nl_NL": ("Gisteren vergat {name} de paraplu bij ons.", "De kaartjes zijn voor {name}, niet voor mij."),
    "pt_BR": ("Ontem {name} esqueceu o guarda-chuva em casa.", "Os ingressos são para {name}, não para mim."),
    "pl_PL": ("Wczoraj {name} została u nas na noc.", "Bilety ma {name}, nie ja."),
}  # fmt: skip
INNOCENT = (
    "Please sort these numbers from small to large and print the result.",
    "The kettle is broken, so there will be no tea until Thursday.",
    "Why does bread rise when it is baked?",
    "In October the days get shorter and the leaves turn red.",
    "def add_numbers(first, second):\n    return first + second",
    "A for loop in Python needs a colon at the end of the line.",
    "Wie lange muss der Kuchen im Ofen bleiben?",
    "Pourquoi le ciel est-il bleu pendant la journée ?",
)


def people(locale: str, count: int) -> list[str]:
    made = Faker(locale)
    made.seed_instance(4711)
    return [f"{made.first_name()} {made.last_name()}" for _ in range(count)]


def hidden(text: str, value: str) -> bool:
    """Whether every letter of the value is inside a span."""
    start = text.index(value)
    inside = {at for span in find([text])[0] for at in range(span.start, span.end)}
    return all(at in inside for at in range(start, start + len(value)) if text[at].isalpha())


def test_people_are_found_in_eight_languages() -> None:
    found = {
        locale: [hidden(line.format(name=name), name) for line in lines for name in people(locale, 8)]
        for locale, lines in TOLD.items()
    }
    shares = {locale: sum(own) / len(own) for locale, own in found.items()}
    assert shares["en_GB"] >= 0.9
    assert sum(shares.values()) / len(shares) >= 0.85
    assert min(shares.values()) >= 0.7


def test_people_are_found_without_capitals_and_in_capitals() -> None:
    names = people("en_GB", 10)
    lower = [(f"can you text {name.lower()} about the keys", name.lower()) for name in names]
    upper = [(f"CAN YOU TEXT {name.upper()} ABOUT THE KEYS", name.upper()) for name in names]
    assert sum(hidden(text, name) for text, name in lower) >= 8
    assert sum(hidden(text, name) for text, name in upper) >= 7


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL"])
def test_addresses_are_found_whole(locale: str) -> None:
    made = Faker(locale)
    made.seed_instance(99)
    addresses = [made.address() for _ in range(8)]
    cases = [(f"The sofa goes to {address}\nafter nine.", address) for address in addresses]
    assert sum(hidden(text, address) for text, address in cases) >= 6


def test_words_that_name_nobody_are_left_alone() -> None:
    touched = [text for text, spans in zip(INNOCENT, find(INNOCENT), strict=True) if spans]
    assert len(touched) <= 1  # recall comes first, and German writes every noun with a capital


def test_a_word_that_is_also_a_name_is_judged_by_its_sentence() -> None:
    texts = ["Will Rose come to dinner, or is she in Lisbon?", "Prices rose and will go on rising."]
    named, plain = find(texts)
    assert "Rose" in {texts[0][span.start : span.end].split()[-1] for span in named}
    assert plain == []


def test_code_fences_are_skipped() -> None:
    text = "Ask Ingrid Solberg.\n```python\nowner = 'Ingrid Solberg'\n```\n"
    assert [(span.start, span.end, span.type) for span in find([text])[0]] == [(4, 18, "NAME")]


@pytest.mark.parametrize("threshold", [None, SECOND_LOOK])
@pytest.mark.parametrize(
    "fenced",
    ["```\n{}\n```", "```text\n{}\n```", "~~~ email\n{}\n~~~", "```markdown\n# Mail\n{}\n```"],
)
def test_letters_in_fences_are_read_by_both_looks(fenced: str, threshold: float | None) -> None:
    text = fenced.format("Dear Ingrid Solberg,\nplease write to Teodora Marinova.\nSee you on Monday.")
    found = [text[span.start : span.end] for span in find([text], threshold)[0]]
    assert found == ["Ingrid Solberg", "Teodora Marinova"]


def test_a_lower_threshold_finds_more() -> None:
    texts = [told.format(name=name) for told in TOLD["en_GB"] for name in people("en_US", 6)] + list(INNOCENT)
    counts = [sum(span.end - span.start for own in find(texts, limit) for span in own) for limit in (0.9, 0.5, 0.01)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]
    assert default_threshold() < SECOND_LOOK < 1


@pytest.mark.parametrize(
    ("text", "likely", "found"),
    [
        ("Ask whitlock about it.", 0.3, True),
        ("# ask whitlock\ntotal = sum_of(values)\n", 0.3, False),
        ("# ask whitlock\ntotal = sum_of(values)\n", 0.6, True),
        ("Ask whitlock about it.", 0.05, False),
        ("# ask whitlock\ntotal = sum_of(values)\n", 0.05, False),
    ],
)
def test_beside_code_a_word_must_be_likely(text: str, likely: float, found: bool) -> None:
    words = [word for window in windows([text])[0] for word in window]
    said = [Said("NAME", likely if text[word.start : word.end] == "whitlock" else 0.0) for word in words]
    assert [text[span.start : span.end] for span in beside(text, words, said, 0.1)] == ["whitlock"] * found


def test_a_stricter_threshold_holds_beside_code_too() -> None:
    text = "# ask whitlock\ntotal = sum_of(values)\n"
    words = [word for window in windows([text])[0] for word in window]
    assert beside(text, words, [Said("NAME", 0.6)] * len(words), 0.7) == []


def test_a_library_that_computes_nonsense_is_found_out_before_anything_is_read() -> None:
    job = {"texts": [], "threshold": None}
    tensors = _tensors(weights.FOLDER)
    whole = dict(tensors)
    _prove.cache_clear()
    try:
        tensors.update({name: tensor * 0 for name, tensor in whole.items()})
        with pytest.raises(TaggerFailed, match="does not find the names that it must"):
            work(job, print)
    finally:
        tensors.update(whole)
    assert work(job, print) == {"spans": []}


def test_what_stands_beside_a_text_does_not_change_it() -> None:
    texts = [told.format(name="Ingrid Solberg") for own in TOLD.values() for told in own]
    assert find(texts) == [find([text])[0] for text in texts]
    assert find([]) == []
    assert find([""]) == [[]]


def test_each_text_has_its_own_answer_when_many_batches_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{told.format(name=name)} {'And so on. ' * at}" for own in TOLD.values() for told in own
             for at, name in enumerate(people("en_GB", 4))]  # fmt: skip
    together = [said for _, said in read(texts)]
    assert max(one.personal for said in together for one in said) > 0.5
    monkeypatch.setattr("selfimprove.privacy.names.find.TOKENS", 48)
    alone = [said for _, said in read(texts)]
    assert [len(said) for said in alone] == [len(said) for said in together]
    for one, other in zip(chain(*alone), chain(*together), strict=True):  # padding rounds otherwise: by up to 0.007
        assert one.personal == pytest.approx(other.personal, abs=0.05)


def test_redacted_text_holds_no_name_and_pseudonyms_are_left_alone() -> None:
    texts = ["Ingrid Solberg lives in Uppsala, call +46 8 123 456 78.", "Ingrid is in Uppsala."]
    redacted = redact(texts, find(texts))
    assert redacted.texts[0].startswith("[NAME_1] lives in [PLACE_1], call ")
    assert redacted.texts[1].endswith("is in [PLACE_1].")
    assert [span for text in redacted.texts for span in rules(text)] == []
    assert redact(redacted.texts, find(redacted.texts)).texts == redacted.texts
