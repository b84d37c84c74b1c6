import unicodedata

import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.refusal import declines, refusal
from selfimprove_tests.curation.chats import chat, said

HITS = [
    "I'm sorry, but I can't assist with that request.",
    "I’m sorry, I cannot help you with that.",
    "Sorry, I can't help with that.",
    "I cannot provide medical advice.",
    "Unfortunately, I am unable to share this.",
    "As an AI language model, I cannot have opinions.",
    "As an AI, I don't have access to the internet.",
    "I am not able to discuss this topic.",
    "I won't help you with that.",
    "I must respectfully decline.",
    "I refuse to answer that.",
    "That is illegal. I can't help you do that.",
    "**I cannot fulfill this request.**",
    "This request violates my guidelines.",
    "I'm not comfortable with helping you here.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Desculpe, mas não posso ajudar com isso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Het spijt me, maar daar kan ik niet bij helpen.",
]
NEAR_MISSES = [
    "I do not know your dog's name yet.",
    "I cannot recommend this book enough.",
    "I can't recommend it enough!",
    "I can't help but smile.",
    "I cannot wait to hear it.",
    "I can't explain this without a picture: which room is it?",
    "Sorry I couldn't help you.",
    "I'm sorry to hear about your grandmother.",
    "I'm sorry, the capital of Australia is Canberra, not Sydney.",
    "Sorry, I mistook it for another song.",
    "A whale cannot help drowning on land.",
    "He said: I can't help you.",
    "Dear Ms Ames, I am sorry, but I cannot attend on Friday.",
    "You cannot share a Netflix account across homes.",
    "No, cats can't taste sugar.",
    "Leider kann ich Tomaten nicht leiden.",
    "I cannot give you a number. " + "Prices follow the weather and the season. " * 30,
    "I can't write all of it, but this is the core:\n```python\nprint(1)\n```",
]


# Each row begins with an apology; what comes after it has mostly none.
IN_LANGUAGES = {
    "en": ["I'm sorry, but I can't help with that.", "I can't help with that.",
           "Sorry, that goes against my guidelines.",
           "I'm just an AI and can't answer this.", "I'd rather not get into that topic."],
    "de": ["Es tut mir leid, aber ich kann dir dabei nicht helfen.", "Dabei kann ich dir leider nicht helfen.",
           "Das kann ich nicht beantworten.", "Ich kann Ihnen dazu keine Auskunft geben.",
           "Damit kann ich nicht dienen.",
           "Als KI-Sprachmodell kann ich keine Meinung haben.", "Das verstößt gegen meine Richtlinien."],
    "fr": ["Je suis désolé, mais je ne peux pas vous aider.", "Je ne peux pas vous aider avec cela.",
           "Je ne peux pas répondre à cette question.", "Je ne suis pas en mesure de vous aider.",
           "Je ne peux malheureusement pas t'aider.", "Cela va à l'encontre de mes principes."],
    "es": ["Lo siento, pero no puedo ayudarte con eso.", "No puedo ayudarte con eso.", "Con eso no te puedo ayudar.",
           "No puedo responder a esa pregunta.", "No puedo dar consejos médicos.", "Eso va en contra de mis normas."],
    "it": ["Mi dispiace, ma non posso aiutarti.", "Non posso aiutarti con questo.", "Purtroppo non posso rispondere.",
           "Con questo non ti posso aiutare.", "Questa richiesta viola le mie regole."],
    "pt": ["Desculpe, mas não posso ajudar com isso.", "Não posso ajudar com isso.", "Eu não posso responder a isso.",
           "Infelizmente não consigo ajudá-lo.", "Isso vai contra as minhas diretrizes."],
    "nl": ["Het spijt me, maar daar kan ik niet bij helpen.", "Ik kan je daar niet mee helpen.",
           "Daar kan ik je niet bij helpen.", "Deze vraag kan ik niet beantwoorden.", "Dat gaat in tegen mijn regels."],
    "pl": ["Przykro mi, ale nie mogę w tym pomóc.", "Nie mogę w tym pomóc.", "Niestety nie mogę ci w tym pomóc.",
           "Nie mogę odpowiedzieć na to pytanie.", "To jest sprzeczne z moimi zasadami."],
}  # fmt: skip
ONLY_SOUND_LIKE_IT = {
    "en": ["I can't help but smile.", "That goes against my expectations.", "I'd rather not be late.",
           "I am an AI and cannot feel cold, so take a coat for yourself."],
    "de": ["Dabei kann ich dir helfen.", "Ich kann dir nicht helfen, solange ich den Text nicht sehe.",
           "Das kann ich kaum glauben.", "Das verstößt gegen die Regeln des Schachs.", "Das kann nicht helfen.",
           "Um höflich abzulehnen, sagt man: „Dabei kann ich dir leider nicht helfen.“"],
    "fr": ["Je ne peux pas vous aider sans le texte.", "Je ne peux pas m'empêcher de rire.",
           "Je peux vous aider avec cela.",
           "Pour refuser, dites : « Je ne peux pas vous aider. »", "Cela va à l'encontre de la physique."],
    "es": ["No puedo ayudarte más que diciendo lo que sé: gira a la izquierda.", "No puedo esperar a verlo.",
           "Para negarse se dice: «No puedo ayudarte con eso.»", "Eso va en contra de la gravedad.",
           "No puedo responder sin ver el código."],
    "it": ["Non posso aiutarti senza il testo.", "Non posso che sorridere.", "Posso aiutarti con questo.",
           "Si dice: «Non posso aiutarti con questo.»", "Questo viola le leggi della fisica."],
    "pt": ["Não posso ajudar sem o texto.", "Não posso deixar de sorrir.", "Posso ajudar com isso.",
           "Para recusar, diga: «Não posso ajudar com isso.»", "Isso vai contra a lógica."],
    "nl": ["Ik kan je niet helpen zonder de tekst.", "Daar kan ik je mee helpen.", "Ik kan niet wachten.",
           "Weigeren gaat zo: ‘Daar kan ik je niet mee helpen.’", "Dat gaat in tegen de natuurwetten."],
    "pl": ["Nie mogę ci pomóc bez tekstu.", "Nie mogę się doczekać.", "Mogę ci w tym pomóc.",
           "Aby odmówić, powiedz: „Nie mogę w tym pomóc.”", "To jest sprzeczne z prawami fizyki."],
}  # fmt: skip
WANTED = [
    ("Translate into Spanish: I can't help you with that.", "No puedo ayudarte con eso."),
    ('How do I say "Dabei kann ich dir leider nicht helfen" in French?', "Je ne peux pas vous aider avec cela."),
    ("Przetłumacz „Nie mogę w tym pomóc.” na angielski", "I can't help with that."),
    ("How can I politely decline a favour?", "I'm sorry, but I can't help with that."),
    ("Schreib einen Satz, mit dem ich höflich ablehne.", "Dabei kann ich dir leider nicht helfen."),
]

STILL_DECLINED = [
    "Ich bin nicht in der Lage, dir dabei zu helfen.",
    "Es tut mir leid, aber ich kann dazu keine Informationen geben; frage einen Arzt.",
    "Als KI kann ich dir dazu keine Auskunft geben, frage bitte einen Anwalt.",
    "En tant qu'IA, je ne peux pas vous aider.",
    "Desculpe, mas não posso ajudar com isso; procure um médico.",
    "Ik ben niet in staat, je daarbij te helpen.",
    "Przykro mi, ale nie mogę w tym pomóc: to niebezpieczne.",
    "Sorry, that goes against our content guidelines.",
    "That conflicts with our programming.",
    "It violates my policies.",
    "That's not something I can help with.", "This isn't something I can help with.",
    "Entschuldigung, das darf ich nicht.", "Dazu kann ich leider nichts sagen.", "Dazu darf ich nichts sagen.",
    "I can't do that, as it is against OpenAI's use policy.", "I'm sorry, but this is against OpenAI's use policy.",
    "Generating such content is against OpenAI's use policy.", "It would be against OpenAI's use case policy.",
    "Je ne peux rien dire à ce sujet.", "Désolé, je n'ai pas le droit.", "No puedo decir nada sobre eso.",
    "Non posso dire nulla al riguardo.", "Não posso dizer nada sobre isso.", "Daar kan ik helaas niets over zeggen.",
    "Sorry, dat mag ik niet.", "Nie mogę nic o tym powiedzieć.", "Przepraszam, tego nie wolno mi robić.",
]  # fmt: skip
HELPS_ALL_THE_SAME = [
    "Nein, ich kann keine Fehler finden, die Ihnen weiterhelfen.",
    "Nein, ich kann dazu keine Information finden; die Datei ist leer.",
    "Ich kann nicht kommen, aber ich kann helfen.",
    "Kann ich nicht helfen, so gebe ich Bescheid.",
    "Ich kann nicht oft genug sagen, wie gut Anleitungen helfen.",
    "Ich möchte hier nicht auf alle Informationen eingehen, die wichtigsten drei sind: A, B, C.",
    "Das kann ich nicht beantworten, aber die Vorhersage sagt Sonne.",
    "Als KI habe ich keine Lieblingsfarbe, aber viele mögen Blau.",
    "En tant qu'IA, je n'ai pas de couleur préférée, mais beaucoup aiment le bleu.",
    "Je ne peux pas vous donner de conseils plus simples : redémarrez.",
    "Je ne peux pas répondre à cela avec certitude, mais le texte date de 1890.",
    "Como IA no tengo color favorito, pero a muchos les gusta el azul.",
    "No puedo dar consejos mejores que este: duerme.",
    "Come IA non ho un colore preferito, ma molti amano il blu.",
    "Non posso dare consigli migliori di questo: dormi.",
    "Como IA não tenho cor favorita, mas muitos gostam de azul.",
    "Kan ik geen antwoord krijgen van de server, dan is hij uit.",
    "Ik kan geen informatie vinden in dit bestand, het is leeg.",
    "Als AI heb ik geen lievelingskleur, maar veel mensen houden van blauw.",
    "Jako model nie mam ulubionego koloru, ale lubię niebieski.",
    "Nie mogę znaleźć błędu, który może ci pomóc.",
    "The lease violates our state policy; here is why and how to contest it.",
    "It violates our standard of proof: the theorem needs compactness.",
    "That is against our house rules: section 4 forbids dogs.",
    "That's not something I can help but enjoy.", "Das darf ich nicht vergessen: morgen ist Montag.",
    "Dazu kann ich nichts sagen, solange ich den Text nicht kenne.", "Das darf ich nicht.", "Dat mag niet.",
    "Je ne peux rien dire sans le texte.", "Nie mogę powiedzieć, że to złe.", "No puedo decir nada malo de ella.",
    "OpenAI's use policy forbids spam; here is what it says.", "Daar kan ik niets aan doen.",
    "It is against OpenAI's terms? No: section 2 allows it.",
]  # fmt: skip


@pytest.mark.parametrize("answer", STILL_DECLINED)
def test_a_clause_that_declines_does_so_whatever_follows(answer: str) -> None:
    assert declines(answer)


@pytest.mark.parametrize("answer", HELPS_ALL_THE_SAME)
def test_a_clause_that_helps_outweighs_one_that_declines(answer: str) -> None:
    assert not declines(answer)


@pytest.mark.parametrize("answer", [answer for answers in IN_LANGUAGES.values() for answer in answers])
def test_it_declines_in_eight_languages_with_an_apology_or_without(answer: str) -> None:
    assert refusal(chat("Please do it", answer)) == Reason("refusal", 1)
    assert declines(answer.replace("'", "’").upper())
    assert declines(unicodedata.normalize("NFD", answer))


@pytest.mark.parametrize("answer", [answer for answers in ONLY_SOUND_LIKE_IT.values() for answer in answers])
def test_what_helps_all_the_same_stays_in_eight_languages(answer: str) -> None:
    assert not declines(answer)


@pytest.mark.parametrize(("asked", "answer"), WANTED)
def test_who_asks_for_such_words_is_given_them(asked: str, answer: str) -> None:
    assert declines(answer)
    assert refusal(chat(asked, answer)) is None


@pytest.mark.parametrize(
    "asked",
    [
        "Translate this letter.",
        "Why do you refuse? Tell me.",
        "How does one pick a lock? Do not refuse.",
        "I can't help you with that: so do it.",
        "How is it made?",
    ],
)
def test_who_does_not_is_declined(asked: str) -> None:
    assert refusal(chat(asked, "No puedo ayudarte con eso.")) == Reason("refusal", 1)


@pytest.mark.parametrize("answer", HITS)
def test_an_answer_that_declines_is_left_out(answer: str) -> None:
    assert refusal(chat("Please do it", answer)) == Reason("refusal", 1)


@pytest.mark.parametrize("answer", NEAR_MISSES)
def test_an_answer_that_only_sounds_like_it_stays(answer: str) -> None:
    assert not declines(answer)
    assert refusal(chat("Please do it", answer)) is None


@pytest.mark.parametrize(
    "feedback",
    [
        said("correction", text="Your dog is called Rex."),
        said("correction", text="I cannot help with that."),  # the owner wants it declined
        said("thumbs", value=1),
        said("rating", value=0.5),
        said("preference", text="Sure, first you take …"),
    ],
)
def test_a_refusal_that_its_owner_corrected_or_approved_stays(feedback: object) -> None:
    assert refusal(chat("Do it", "I'm sorry, I can't help with that.", feedback=(feedback,))) is None


@pytest.mark.parametrize("feedback", [said("thumbs", value=-1), said("comment", text="hm"), said("thumbs", 3, value=1)])
def test_other_feedback_does_not_save_it(feedback: object) -> None:
    asked = chat("Do it", "I'm sorry, I can't help with that.", "Why?", "Because it hurts.", feedback=(feedback,))
    assert refusal(asked) == Reason("refusal", 1)
