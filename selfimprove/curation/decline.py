"""How one declines in seven languages besides English: caseless, accents folded, an apology before it or not."""

import re
from dataclasses import dataclass
from functools import cache

from selfimprove.privacy.fold import fold


@dataclass(frozen=True, slots=True)
class Speech:
    """Patterns of one language: an apology, what declines, and what shows that only a part or a case is declined.

    In `declines` DEED stands for what is not done, TOPIC for what of, MACHINE for what says so, WHOLLY for words
    between that do not say a part. A pattern ends with its clause: what helps comes after a comma.
    """

    apology: str
    declines: str
    unless: str
    deed: str = ""
    topic: str = ""


MACHINE = (
    r"(?:\w+[ -])?(?:ki|ia|ai|sprachmodell|kunstliche|sztuczna|modele?|model|modelo|modello|inteligencia|intelligence"
    r"|intelligenza|assistente?)\b"
)
WHOLLY = r"(?: (?!(?:alle\w*|jede\w*|nur)\b)[^,;: ]+){0,8}?"

LANGUAGES = {
    "de": Speech(
        apology=r"""(?:(?:es )?tut mir (?:\w+ )?leid|leider|entschuldigung|entschuldige|sorry|verzeihung|ich bedaure
            |nein)[,.!:]?(?: aber| dass)?""",
        topic=r"""(?:dabei|damit|dazu|da|hierbei|hiermit|das|dies|darauf|bei (?:so etwas|diese[mrs] \w+)
            |diese[nrs]? \w+|(?:deine|ihre|eure) \w+)""",
        deed=r"""\b(?:(?:weiter)?helfen|behilflich|beantworten|antworten|unterstutzen|eingehen|nachkommen|entsprechen
            |erfullen|bearbeiten|dienen|auskunft|\w*information\w*|\w*anleitung\w*|\w*rats?chlage?|beratung
            |(?:das|dies|so etwas|so was)\b[^,;:]{0,20} (?:tun|machen|schreiben|erstellen))\b
            (?![^,;:]* (?:finden|entdecken|sehen|erkennen|entnehmen|lesen)\b)""",
        declines=r"""(?:TOPIC )?(?:kann|darf|werde|mochte) ich\b[^,;:]{0,60}\b(?:nicht|keine?\w*)\bWHOLLY DEED
            |TOPIC (?:kann|darf|werde|mochte) ich (?:\w+ )?(?:nicht|nichts) (?:tun|machen|erstellen|schreiben)
            |TOPIC (?:kann|darf|werde|mochte) ich (?:\w+ ){0,2}nichts (?:\w+ )?(?:sagen|schreiben|mitteilen)\b
            |ich (?:kann|darf|werde|mochte) (?:\w+ )?(?:dazu|daruber|hierzu) (?:\w+ )?nichts (?:\w+ )?(?:sagen
                |schreiben|mitteilen)\b
            |(?<=[,.!:] )(?:das|dies|so etwas|so was) (?:darf|mochte|werde) ich (?:\w+ )?nicht(?=[.!;]|$)
            |ich (?:kann|darf|werde|mochte)\b[^,;:]{0,60}\b(?:nicht|keine?\w*)\bWHOLLY DEED
            |ich (?:kann|darf|werde) (?:das|dies|so etwas) (?:\w+ )?nicht (?:tun|machen|schreiben|erstellen)
            |ich bin (?:\w+ )?nicht (?:in der lage|befugt|berechtigt|dafur gemacht)\b,?[^,;:]{0,80}DEED
            |(?:das|dies) (?:verstosst gegen|widerspricht) (?:meine|unsere)\w* \w+
            |(?:deine|ihre|diese) (?:an)?(?:frage|bitte) (?:verstosst gegen|widerspricht)\b
            |als MACHINE[^;:]{0,50}\b(?:kann|darf|habe) ich\b[^,;:]{0,60}\b(?:nicht|keine?\w*)\b""",
        unless=r"""aber|dann|so \w+ ich|ohne|solange|bevor|bis|wenn|sofern|ausser|genug|mehr als|anders als""",
    ),
    "fr": Speech(
        apology=r"""(?:(?:je suis )?(?:\w+ )?desolee?s?|je m'excuse|(?:\w+ )?(?:mes )?excuses|pardon|malheureusement
            |je regrette|non)[,.!:]?(?: mais)?""",
        declines=r"""je ne (?:peux|puis|pourrai) (?:\w+ )?pas (?:vous |t'|te |y )?(?:aider|assister|repondre|discuter)\b
            |je ne suis (?:\w+ )?pas (?:en mesure|capable|autorisee?|programmee?|habilitee?) (?:de |d'
            |a )(?:vous |t')?(?:assister
            |aider|repondre|fournir|donner|discuter)\b
            |je ne (?:peux|puis|pourrai) (?:\w+ )?pas (?:vous |t'|te )?(?:fournir|donner|ecrire|creer|generer|rediger
            |faire|parler|offrir)\b[^,;:]{0,15} (?:cela|ca|ceci|ce (?:type|genre|sujet|contenu)|de tel\w*
            |cette (?:information|aide)|(?:de |d'|des )?(?:conseils?|informations?|instructions|aide|assistance))\b
            |je ne (?:peux|puis) (?:\w+ )?rien (?:vous |te )?dire (?:a ce sujet|la-dessus|sur (?:ce|cela|ca)\b)
            |(?<=[,.!:] )je n'ai pas le droit(?: de (?:faire|dire) (?:cela|ca))?(?=[.!;]|$)
            |(?:cela|ca|ceci) (?:va a l'encontre de|enfreint|viole|est contraire a) (?:mes|nos) \w+
            |(?:cette|votre|ta) (?:demande|question|requete) (?:va a l'encontre|enfreint|viole|est contraire)\b
            |en tant qu(?:e |')MACHINE[^;:]{0,60}\bje (?:ne |n')\w+ (?:\w+ )?pas\b""",
        unless=r"""mais|meilleure?s?|plus (?:simples?|claire?s?|precise?s?|utiles?)|sans|tant que
            |avant|si|a moins|qu'en|que par|que si|davantage|assez""",
    ),
    "es": Speech(
        apology=r"""(?:lo (?:siento|lamento)(?: mucho)?|perdon|disculp\w+|desafortunadamente|lamentablemente
            |por desgracia
            |no)[,.!:]?(?: pero)?""",
        declines=r"""(?:(?:con|en|a) (?:eso|esto|es[et]a? \w+) )?no (?:te |le |les |os )?(?:puedo|podre|podria
            |soy capaz de
            |me es posible|estoy (?:autorizad[oa]|en condiciones|en posicion|disenad[oa]) (?:a|de|para)) (?:ayudar
            |asistir|responder|contestar|atender)\w*
            |no (?:te |le |les )?(?:puedo|podre) (?:proporcionar|dar|escribir|hacer|crear|generar|ofrecer|hablar
            |cumplir)\w*\b[^,;:]{0,10} (?:eso|esto|ese|esa|tal|es[et]e \w+|(?:\w+ )?(?:consejos?|informacion
            |instrucciones|asesoramiento))\b
            |(?:sobre (?:eso|esto|ese tema) )?no (?:te |le )?puedo decir(?:te|le)? nada(?: (?:sobre
                |acerca de) (?:eso|esto|ello|ese tema))?(?=[.!;]|$)
            |(?<=[,.!:] )(?:eso|esto) no (?:me esta permitido|lo puedo hacer|puedo hacerlo)(?=[.!;]|$)
            |(?:eso|esto|(?:tu|su|esa|esta) (?:solicitud|peticion|pregunta)) (?:va en contra de|viola|infringe
            |incumple) (?:mis|nuestras)
            |como (?:una? )?MACHINE[^;:]{0,60}\bno (?:puedo|tengo)\b""",
        unless=r"""pero|mejor(?:es)?|sin(?! embargo)|hasta que|si|a menos|mas que|salvo|antes de|suficiente""",
    ),
    "it": Speech(
        apology=r"""(?:mi (?:di)?spiace(?: molto)?|(?:sono )?spiacente|scus\w+|purtroppo|no)[,.!:]?(?: ma)?""",
        declines=r"""(?:(?:con|in|a|su) (?:questo|quello|cio|quest[oa] \w+) )?non (?:ti |vi |la |le )?(?:posso|potro
            |sono in grado di|sono autorizzat[oa] a) (?:proprio )?(?:aiutar|assister|risponder|soddisfar)\w*
            |non (?:ti |vi |le )?(?:posso|potro) (?:fornir|dar|scriver|far|crear|generar|offrir|parlar
            |discuter)\w*\b[^,;:]{0,10} (?:questo|quello|cio|tale?|(?:di )?quest[oai] \w+|(?:\w+ )?(?:consigli\w*
            |informazioni|istruzioni|consulenz\w+))\b
            |(?:su questo )?non (?:ti |le )?posso dir(?:ti|le|e) (?:nulla|niente)(?: (?:al riguardo|in merito
                |su questo))?(?=[.!;]|$)
            |(?<=[,.!:] )(?:questo|cio) non (?:lo posso fare|posso farlo|mi e permesso)(?=[.!;]|$)
            |(?:questo|cio|(?:la tua|la sua|questa) (?:richiesta|domanda)) (?:va contro|viola) (?:le mie|i miei
            |le nostre)
            |(?:come|in quanto|essendo un) MACHINE[^;:]{0,60}\bnon (?:posso|ho)\b""",
        unless=r"""ma|miglior[ei]|senza|finche|se|a meno|piu che|prima di|abbastanza""",
    ),
    "pt": Speech(
        apology=r"""(?:desculp\w+|sinto muito|lamento|infelizmente|perdao|nao)[,.!:]?(?: mas)?""",
        declines=r"""(?:(?:com|em|a) (?:isso|isto|ess[ea] \w+) )?(?:eu )?nao (?:te |lhe |o |a )?(?:posso|consigo|poderei
            |sou capaz de|estou autorizad[oa] a) (?:te |lhe |o |a )?(?:ajudar?|auxiliar?|responder|atender)(?:-\w+)?\b
            |(?:eu )?nao (?:te |lhe )?(?:posso|poderei) (?:te |lhe )?(?:fornecer|dar|escrever|fazer|criar|gerar
            |oferecer|falar|discutir)\b[^,;:]{0,10} (?:isso|isto|tal|ess[ea] \w+|(?:\w+ )?(?:conselhos?|instrucoes
            |informac(?:ao|oes)))\b
            |(?:sobre (?:isso|isto) )?(?:eu )?nao (?:te |lhe )?posso dizer nada(?: (?:sobre
                |a respeito) ?(?:d?iss[oe]|d?isto)?)?(?=[.!;]|$)
            |(?<=[,.!:] )(?:isso|isto) (?:eu )?nao (?:posso fazer|me e permitido)(?=[.!;]|$)
            |(?:isso|isto|(?:sua|essa|esta) (?:solicitacao|pergunta|pedido)) (?:vai contra|viola
            |infringe) (?:as )?(?:minhas|nossas)
            |como (?:uma? )?MACHINE[^;:]{0,60}\b(?:eu )?nao (?:posso|tenho)\b""",
        unless=r"""mas|melhor(?:es)?|sem|ate que|se (?:nao|voce|me|tu)|a menos|mais (?:do )?que|antes de|bastante""",
    ),
    "nl": Speech(
        apology=r"""(?:het spijt me|sorry|helaas|excuses|nee)[,.!:]?(?: maar)?""",
        deed=r"""\b(?:helpen|beantwoorden|antwoorden|antwoord|assisteren|ingaan|voldoen|doen|adviezen|advies|informatie
            |instructies)\b(?![^,;:]* (?:krijgen|vinden|zien|lezen)\b)""",
        declines=r"""(?:(?:daar|hier|dit|dat|(?:deze|die|je|uw) \w+) )?(?:kan|mag|zal) ik\b[^,;:]{0,40}\b(?:niet
            |geen)\b[^,;:]{0,40}DEED
            |ik (?:kan|mag|zal)\b[^,;:]{0,40}\b(?:niet|geen)\b[^,;:]{0,40}DEED
            |(?:daar|hier) (?:kan|mag|wil) ik (?:\w+ ){0,2}(?:niets|niks) (?:over|van|op) (?:zeggen|vertellen)\b
            |ik (?:kan|mag) (?:daar|hier) (?:\w+ )?(?:niets|niks) over (?:zeggen|vertellen)\b
            |(?<=[,.!:] )(?:dat|dit) (?:mag|wil) ik (?:\w+ )?niet(?=[.!;]|$)
            |ik ben niet (?:in staat|bevoegd)\b,?[^,;:]{0,60}DEED
            |(?:dit|dat|(?:deze|je|uw) (?:vraag|verzoek)) (?:gaat in tegen|is in strijd met|druist in tegen) (?:mijn
            |onze)
            |als MACHINE[^;:]{0,50}\b(?:kan|heb|mag) ik\b[^,;:]{0,60}\b(?:niet|geen)\b""",
        unless=r"""maar|dan|zonder|totdat|tenzij|als|voordat|meer dan|genoeg""",
    ),
    "pl": Speech(
        apology=r"""(?:(?:bardzo )?(?:mi )?przykro(?: mi)?|przepraszam|niestety|wybacz\w*|nie)[,.!:]?(?: ale)?""",
        declines=r"""(?:w tym |z tym |na to (?:pytanie )?)?nie (?:moge|jestem w stanie|bede mogl\w*
            |wolno mi)\b[^,;:]{0,40}\b(?:pomoc
            |dopomoc|odpowiedziec|odpowiadac|spelnic|udzielic|udzielac|rozmawiac)\b
            |nie (?:moge|jestem w stanie) (?:\w+ )?(?:tego|takich \w+|takiej \w+) (?:\w+ )?(?:zrobic|napisac|podac
            |stworzyc)
            |(?:nic |na ten temat )?nie moge (?:ci |panu |pani )?(?:nic
                |niczego) (?:o tym |na ten temat )?powiedziec(?: o tym| na ten temat)?(?=[.!;]|$)
            |(?<=[,.!:] )(?:tego )?nie wolno mi(?: tego)?(?: (?:robic|zrobic|mowic))?(?=[.!;]|$)
            |(?:to|to jest|ta prosba|to pytanie|twoja prosba) (?:jest sprzeczn[aey] z|narusza) (?:moj|moi|nasz)\w+
            |jako MACHINE[^;:]{0,60}\bnie (?:moge|mam)\b""",
        unless=r"""ale|bez|dopoki|chyba|jesli|jezeli|zanim|wiecej niz|inaczej niz""",
    ),
}


def declines_in(sentence: str) -> str | None:
    """The language in which a sentence declines from its first word on; None where it does in none of them."""
    folded = fold(sentence).text.casefold()
    return next((language for language, pattern in _compiled() if pattern.match(folded)), None)


@cache
def _compiled() -> list[tuple[str, re.Pattern[str]]]:
    return [(language, _pattern(speech)) for language, speech in LANGUAGES.items()]


def _pattern(speech: Speech) -> re.Pattern[str]:
    parts = {"DEED": speech.deed, "TOPIC": speech.topic, "MACHINE": MACHINE, "WHOLLY": WHOLLY}
    declines = re.sub("|".join(parts), lambda match: parts[match[0]], speech.declines)
    # A line of a pattern begins with its mark: what stands before that is layout.
    whole = rf"(?:{speech.apology}\s+)?(?:{declines})(?!.*\b(?:{speech.unless})\b)"
    return re.compile(re.sub(r"\n +", "", whole))
