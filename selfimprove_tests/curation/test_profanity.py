"""Answers that swear or abuse are left out; words that only look like it, and approved answers, stay."""

import hashlib
import json

import numpy as np
import pytest

from selfimprove.curation.abuse import lexicon, score
from selfimprove.curation.abuse.features import BUCKETS, grams, normalise
from selfimprove.curation.abuse.lexicon import words_in, worst
from selfimprove.curation.abuse.train import fit, measure
from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.profanity import profanity
from selfimprove_tests.cost import is_within
from selfimprove_tests.curation.chats import chat, said

LISTED = lexicon._read()
CURSE, SLUR = "bullshit", LISTED["slur"][1]
NEAR_MISSES = [
    "Scunthorpe, Essex and Penistone are towns in England.",
    "The assassin passed the class with a bass in his glass.",
    "class Assert: pass  # shiitake, Shih Tzu, Dickens",
    "The cock crows at dawn, and the dog is a bitter pill.",
    "Grapefruit; cumulative; document; circumstances; cockpit",
    "A raccoon sat in the tool shed with a hoe and a rake.",
    "push it, wash it, hit it",
    "Rape seed oil is yellow.",
    "Il retardait, la puce disputait, le chapeau.",
    "He said he would kill the process, and the child died.",
    "I hate Mondays, but I love you.",
    "A cock crows at dawn; a bitch is a female dog.",
    "The bitch had a litter of six puppies.",
    "Keep the kitchen spic and span.",
    "Et kys er dansk og betyder et kys.",
    "A faggot was a bundle of sticks for the oven.",
    "Change the tranny fluid and look at the clutch.",
    "If your dog comes into heat, keep the bitch indoors.",
    "You should have the bitch spayed, and her puppies weaned.",
    "A vet told me that the bitch is in heat twice a year.",
    "You have a bitch whose puppies are due.",
    "The Danish word for it is kys.",
    "In Danish a kiss is 'et kys', and you kiss with 'at kysse'.",
    "They cut firewood and tied it into a faggot.",
    "Faggots with mushy peas are a dish from Wales.",
    "You can serve the faggots in gravy.",
    "Tranny is short for transmission.",
    "For sale: motor and tranny of a van.",
    "Check your tranny fluid before you drive.",
    "The tranny grinds when you shift gears.",
    "Your spic and span kitchen shines.",
    "Spell it: c l a s s, a s s e t, S I T.",
    "Pass the b a s s to me.",
    "Hoer auf, das Pferd bekommt foder.",
]
THREATS = {
    "en": ["I will find you and kill you and your family, you worthless subhuman.",
           "I'm going to murder your children.",
           "We'll hunt you down.", "I swear I will slit your throat!", "I hope you die.", "You deserve to be shot.",
           "Just go and hang yourself.", "You're nothing but vermin.", "You stupid pig.", "I WILL RAPE YOU"],
    "de": ["Ich werde dich finden und umbringen.", "Ich bringe dich um!", "Ich stech dich ab.", "Ich töte dich.",
           "Hoffentlich verreckst du.", "Verreck!"],
    "fr": ["Je vais te tuer.", "Je vais te retrouver et te tuer.", "J'espère que tu vas crever.", "Va mourir."],
    "es": ["Te voy a matar.", "Voy a encontrarte y matarte.", "Espero que te mueras.", "Muérete."],
    "it": ["Ti ammazzo.", "Spero che tu muoia.", "Voglio ucciderti."],
    "pt": ["Vou te matar.", "Eu vou te encontrar e te matar.", "Espero que você morra."],
    "nl": ["Ik ga je vermoorden.", "Ik maak je dood.", "Ik hoop dat je sterft."],
    "pl": ["Zabiję cię.", "Znajdę cię i zabiję.", "Mam nadzieję, że zdechniesz."],
}  # fmt: skip
# To kill time, with laughter or at chess; what threatens almost in the same words stands in `SAID_IN_EARNEST`.
FIGURES_OF_SPEECH = [
    "Wir werden sie auf tote Links prüfen.", "Ich will wissen, ob sie tot ist.",
    "Ich will euch die toten Winkel zeigen.", "Ich werde dich zu den Toten führen, sagte der Fährmann.",
    "Ich will dich auf tote Links hinweisen.", "Ich werde keinen von euch umbringen.",
    "Ich will wissen, ob er dich umbringt.", "Wir wollen sie niemals töten.",
    "Je vais vous tuer le suspense.", "Je vais te tuer aux cartes.", "Je vais te tuer de rire.",
    "J'espère que vous mourez d'envie de le lire.", "Je suis fatigué, crevé.", "Crève-cœur est un village.",
    "Te voy a matar el gusanillo.", "Voy a matarte a besos.", "Os voy a matar la curiosidad.",
    "Espero que te mueras de risa.", "Muérete de envidia.", "Te voy a matar al ajedrez.",
    "Ti uccido la curiosità.", "Ti ammazzo a scacchi.", "Voglio ucciderti di risate.",
    "Spero che tu muoia dalla voglia di leggerlo.", "Macchie, crepa, umidità: ecco i danni.",
    "Vou te matar a curiosidade.", "Vou matar tua sede.", "Vou te matar no xadrez.", "Se mata o porco no inverno.",
    "Espero que você morra de rir.",
    "Ik zal je verslag afmaken.", "Ik wil je niet vermoorden.", "Verrek, je hebt gelijk.",
    "Ik hoop dat je kanker snel geneest.", "Ik ga je tijd doden.", "Ik hoop dat je sterft van het lachen.",
    "Zabiję cię śmiechem.", "Stres cię zabije.", "Palenie zabije cię prędzej.", "Zabiję twoją nudę.",
    "Zabiję was w szachach.",
]  # fmt: skip
SAID_IN_EARNEST = [
    "Ich will dich tot sehen.", "Ich werde dich und deine Familie töten.", "Ich schlage dich tot.",
    "Ich werde Sie töten.", "Wir werden euch totschlagen.",
    "Je vais te tuer ce soir.", "Je vais vous tuer la prochaine fois.", "Crève !", "Crève, sale chien ! Crève !",
    "Te voy a matar a golpes.", "Voy a matarte esta noche.", "Muérete ya.",
    "Ti ammazzo di botte.", "Voglio ucciderti a pugni.", "Crepa!",
    "Vou te matar de pancada.", "Vou matar tua mãe.", "Se mata!",
    "Ik ga je afmaken.", "Ik zal je morgen vermoorden.", "Sterf!",
    "Zabiję cię nożem.", "Jutro cię zabiję.", "Zabiję twoją matkę.",
]  # fmt: skip
NO_THREATS = [
    "This workout will kill me.",
    "I will kill the process for you, and then its child.",
    "I'll shoot you an email tomorrow.",
    "I'm going to shoot you a message.",
    "I will beat you at chess.",
    "I will never hurt or kill you.",
    "I will not kill you.",
    'The villain whispered: "I will find you and kill you."',
    "The villain whispered: 'I will find you and kill you.'",
    "> I will kill you.\nThat line is from a film.",
    "« Je vais te tuer », dit le loup.",
    "„Ich bringe dich um“, rief der Räuber.",
    "He said I will kill you.",
    "You are not a waste of space.",
    "It hurts to feel as if you're a waste of space.",
    "Nobody should tell you that you are a waste of space.",
    "Smoking will kill you.",
    "I hope you die laughing.",
    "Die-hard fans will love it, and the flowers go die-hard too.",
    "Ich werde dich nicht umbringen.",
    "Ich bringe dich um acht zum Zug.",
    "Ich will dich um Rat fragen.",
    "Ich bringe dich ab und zu hin.",
    "Je vais te tuer aux échecs.",
    "Te voy a matar de risa.",
    "Ti ammazzo di baci.",
    "Ik ga je helpen.",
    "Zabiję tego komara.",
    *FIGURES_OF_SPEECH,
]


@pytest.mark.parametrize("word", [*LISTED["curse"], *LISTED["slur"]])
def test_every_listed_word_is_found_and_only_as_a_word(word: str) -> None:
    tier = "slur" if word in LISTED["slur"] else "curse"
    assert worst(f"You {word.upper()}!") == tier
    assert " " in word or worst(f"xq{word}qx") is None


@pytest.mark.parametrize(
    "spelled", ["BULLSH1T", "bull$hit", "b*llsh*t", "bullshiiiit", "ｂｕｌｌｓｈｉｔ", "bull\u200bshit"]
)
def test_other_spellings_are_found(spelled: str) -> None:
    assert worst(f"That is {spelled}.") == "curse"


@pytest.mark.parametrize("answer", NEAR_MISSES)
def test_harmless_words_stay(answer: str) -> None:
    assert worst(answer) is None
    assert profanity(chat("What is it?", answer)) is None


def test_an_answer_that_swears_is_left_out() -> None:
    assert profanity(chat("Hi", f"What {CURSE}.")) == Reason("profanity", 1, "curse")
    assert profanity(chat("Hi", "Hello", "Well?", f"{CURSE}!")) == Reason("profanity", 3, "curse")


def test_what_a_user_says_may_be_rough_but_no_slur() -> None:
    assert profanity(chat(f"This {CURSE} does not work", "Let us look at it.")) is None
    assert profanity(chat(f"What a {SLUR}", "Please do not say so.")) == Reason("profanity", 0, "slur")


def test_an_answer_may_repeat_the_word_it_was_asked_about() -> None:
    assert profanity(chat(f"What does {CURSE} mean?", f"'{CURSE}' is a rude word for nonsense.")) is None
    assert profanity(chat("What does it mean?", f"'{CURSE}' is a rude word.")) == Reason("profanity", 1, "curse")
    asked = chat(f"What does {SLUR} mean?", "It is a slur.")
    assert profanity(asked) == Reason("profanity", 0, "slur")


def test_code_is_not_read_for_curses() -> None:
    assert profanity(chat("Filter words", f"```python\nBAD = ['{CURSE}']\n```")) is None


@pytest.mark.parametrize(
    "feedback", [said("thumbs", value=1), said("correction", text="What nonsense."), said("rating", value=0.5)]
)
def test_an_answer_that_its_owner_approved_or_corrected_stays(feedback: object) -> None:
    assert profanity(chat("Hi", f"What {CURSE}.", feedback=(feedback,))) is None
    assert profanity(chat("Hi", f"{SLUR}", feedback=(said("thumbs", value=1),))) == Reason("profanity", 1, "slur")


def test_abuse_without_a_listed_word_is_scored() -> None:
    rude = "These hoes ain't loyal, that stupid hoe is trash and her pussy stank"
    assert words_in(rude) == frozenset()
    assert score.score(rude) > 0.95
    assert profanity(chat("Tell me about her", rude)) == Reason("profanity", 1, "abuse")
    assert score.score("Gardeners use a hoe, a rake and a spade in spring.") < 0.9


@pytest.mark.parametrize("answer", [threat for threats in THREATS.values() for threat in threats])
def test_a_threat_without_a_listed_word_is_found_in_eight_languages(answer: str) -> None:
    assert profanity(chat("Who are you?", f"So be it. {answer}")) == Reason("profanity", 1, "threat")


@pytest.mark.parametrize("answer", SAID_IN_EARNEST)
def test_a_threat_that_begins_like_a_figure_of_speech_is_found(answer: str) -> None:
    assert profanity(chat("Who are you?", answer)) == Reason("profanity", 1, "threat")


@pytest.mark.parametrize("answer", NO_THREATS)
def test_what_only_speaks_of_killing_stays(answer: str) -> None:
    assert profanity(chat("Tell me more", answer)) is None


def test_a_threat_in_a_tale_that_was_asked_for_stays() -> None:
    assert profanity(chat("Write a story about a wolf", "I will kill you, growled the wolf.")) is None
    assert profanity(chat("Write to my neighbour", "I will kill you.")) == Reason("profanity", 1, "threat")


@pytest.mark.parametrize(
    "spelled", ["f u c k", "Go f u c k yourself", "f.u.c.k", "F-U-C-K", "a b i t c h", "You s h i t", "a s s h o l e"]
)
def test_letters_set_apart_are_read_together(spelled: str) -> None:
    assert worst(spelled) == "curse"


@pytest.mark.parametrize(
    "answer", ["Jesteś pierdolonym idiotą.", "Vai se foder, arrombado.", "Wat een kutwijf.", "Spierdalać!"]
)
def test_polish_portuguese_and_dutch_curses_are_found(answer: str) -> None:
    assert profanity(chat("Hi", answer)) == Reason("profanity", 1, "curse")


def test_a_decent_sense_saves_only_what_is_near_it() -> None:
    assert worst("The dog is a bitch. " + "The weather is mild. " * 10 + "You bitch.") == "curse"
    assert worst("You bitch, my dog is better.") == "curse"


@pytest.mark.parametrize(
    "said",
    [
        "you are a genderfluid tranny",
        "You genderfluid tranny",
        "That tranny switches gears a lot.",
        "HIV transmission is what that tranny is for.",
        "your tranny needs a clutch",
        "the tranny held her clutch bag",
        "a bundle of faggots live next door",
        "You faggots, go and bind a bundle of sticks",
        "They are stupid faggots with gravy on their shirts.",
        "those faggots eat meatballs",
        "burn the faggots for firewood",
        "You spic, and Spanish at that",
    ],
)
def test_no_word_nearby_saves_a_slur(said: str) -> None:
    assert worst(said) == "slur"


@pytest.mark.parametrize(
    "said",
    [
        "kys you danish pastry",
        "kys, norwegian",
        "you disgusting bitch, in heat",
        "You're such a bitch in heat.",
        "you are a lying, cheating bitch with a litter of lies",
        "Stupid bitch, she has puppies!",
        "The bitch lives in a litter of cans.",
        "What a bitch, always in heat",
        "Bitch, you have a litter of excuses",
        "u little bitch puppy",
    ],
)
def test_no_word_nearby_saves_a_curse(said: str) -> None:
    assert worst(said) == "curse"


def test_the_worst_sentence_of_a_long_text_counts() -> None:
    calm = "The weather is mild today, and the garden wants water. " * 20
    rude = "these hoes ain't loyal that stupid hoe is trash and her pussy stank"
    assert score.score(calm + rude + ". " + calm) > 0.9 > score.score(calm)
    assert score.score("") == 0.0
    assert score.score("日本の首都は東京です。" * 200) < 0.9


def test_weights_are_those_of_the_manifest() -> None:
    manifest = json.loads(score.MANIFEST.read_text())
    assert hashlib.sha256(score.WEIGHTS.read_bytes()).hexdigest() == manifest["weights_sha256"]
    assert np.load(score.WEIGHTS, allow_pickle=False).shape == (BUCKETS,)
    assert score.WEIGHTS.stat().st_size < 1_000_000
    assert manifest["held_out"]["at_threshold"]["false_positive_rate"] < 0.01
    assert manifest["data"]["licence"] == "MIT"


def test_grams_do_not_reach_into_the_next_text() -> None:
    owner, buckets = grams(["ab", "cd"])
    apart = [grams([text])[1] for text in ("ab", "cd")]
    assert [sorted(buckets[owner == row].tolist()) for row in (0, 1)] == [sorted(one.tolist()) for one in apart]
    assert normalise("@you  Go to https://x.example NOW, 42 [EMAIL_1]!!") == " go to now 0 !! "


def test_a_fit_learns_what_separates() -> None:
    from scipy.sparse import csr_matrix

    matrix = csr_matrix(np.repeat(np.eye(2), 50, axis=0))
    labels = np.repeat([1.0, 0.0], 50)
    weights, bias = fit(matrix, labels)
    given = 1 / (1 + np.exp(-(matrix @ weights + bias)))
    assert measure(given, labels, 0.5) == {"precision": 1.0, "recall": 1.0, "false_positive_rate": 0.0}


@pytest.mark.parametrize("odd", ["f", "fu", "s$ ", "*", "a b ", "(", "$", "@", "c(", "$s5", ".", "!?"])
def test_odd_text_takes_time_by_its_length(odd: str) -> None:
    def read(characters: int) -> None:
        text = odd * (characters // len(odd))
        worst(text)
        score.score(text)

    assert is_within(40, lambda: read(100_000), lambda: read(5_000))


@pytest.mark.parametrize(("begins", "odd", "ends"), [("a", "s", "x"), ("f", "*", "x"), ("a", "$s", "x")])
def test_a_letter_that_is_drawn_out_for_ever_takes_no_longer(begins: str, odd: str, ends: str) -> None:
    assert is_within(
        40, lambda: worst(begins + odd * (16_000 // len(odd)) + ends), lambda: worst(begins + odd * 400 + ends)
    )


@pytest.mark.parametrize("drawn", [2, 4, 60])
def test_a_word_is_known_however_far_it_is_drawn_out(drawn: int) -> None:
    assert worst(f"oh f{'u' * drawn}ck") == worst(f"oh f{'u' * drawn}{'c' * drawn}k!") == "curse"
