"""Threats and contempt that need no listed word, in eight languages: "I will find you and kill you"."""

import re
from functools import cache

from selfimprove.privacy.fold import fold

# What follows makes a figure of speech of it: to kill somebody with laughter, at chess, or the time.
IDIOMS = {
    "fr": r"""a (?:force|la belote)|aux? (?:echecs|cartes|jeu|poker|tennis)|d'(?:ennui|envie|amour|impatience)
        |de (?:rire|fatigue|travail|chagrin|bonheur|plaisir|curiosite|baisers|bisous|calins|chatouilles)
        |(?:le|la|ce) (?:suspense?|temps|plaisir|moral|mystere|reve|charme|c\S{1,2}ur|soif|surprise|ambiance|blague
        |fin)""",
    "es": r"""(?:a|de) (?:risas?|cosquillas|besos|abrazos|mimos|amor|aburrimiento|envidia|hambre|gusto|curiosidad
        |trabajo|ganas|preguntas)
        |(?:el|la|tu|su) (?:gusanillo|curiosidad|hambre|sed|aburrimiento|suspense|intriga|tiempo|ilusion|sueno|gana)
        |(?:al|en el|en la|jugando al) (?:ajedrez|juego|partida|parchis|domino)""",
    "it": r"""(?:di|dal|dalle|dalla|a) (?:\w+ )?(?:baci|abbracci|risate|ridere|noia|solletico|coccole|invidia|voglia
        |curiosita|scacchi|carte|domande|lavoro)
        |(?:il |la |l')(?:tempo|noia|curiosita|suspense|fame|sete|entusiasmo|attesa|umore)""",
    "pt": r"""(?:de|com) (?:rir|risos?|amor|beijos|abracos|cocegas|tedio|inveja|curiosidade|saudades?|vontade|fome)
        |(?:a|o|tua?|sua?) (?:curiosidade|sede|fome|saudades?|tedio|tempo|charada|vontade)
        |(?:no|na|nas|nos) (?:xadrez|jogo|cartas|damas|partida)""",
    "nl": r"""tijd|verveling|nieuwsgierigheid|honger|dorst|met (?:kussen|knuffels|liefde|schaken)|bij het schaken
        |van (?:het lachen|geluk|plezier|verveling|nieuwsgierigheid)""",
    "pl": r"""smiechem|nuda|miloscia|usciskami|calusami|pytaniami|ciekawoscia|wzrokiem|w (?:szach|gr|kart)\w*
        |ze? (?:smiechu|ciekawosci|zazdrosci|nudow|szczescia)""",
}
# Caseless, accents folded; a line of a pattern is layout, IDIOM stands for those of its language.
THREATS = {
    "en": r"""\b(?:i|we)(?:'?ll| will| shall| am going to|'?m going to| am gonna|'?m gonna| gonna|'?re going to
            | are going to| want to| swear i'?ll| swear i will)\b(?! (?:not|never)\b)(?:(?!\b(?:not|never|or
            |if)\b)[^.!?"]){0,40}?
            \b(?:kill|murder|slaughter|strangle|rape|behead|butcher|stab|hunt you down|shoot|beat)
            (?: (?:you|u|ya|your (?:\w+ )?(?:family|kids|children|wife|husband|mother|mom|mum|parents|son|daughter))\b
            (?! (?:an?|the|some|over|at|in|with|to (?!death)|by)\b)|(?<=down)\b)
        |\b(?:i|we)(?:'?ll| will| am going to|'?m going to|'?m gonna| gonna)\b(?! (?:not|never)\b)[^.!?"]{0,40}?
            \b(?:slit your throat|cut your throat|beat you to death|break your (?:neck|legs|bones|jaw)
            |bash your (?:head|skull)
            |blow your (?:head|brains)|burn your house|put a bullet in you)
        |\bi know where you (?:live|sleep|work)\b[^.!?"]{0,10}\band (?:i'?(?:ll|m)|i (?:will|am)
            |we)\b(?! (?:not|never)\b)
            [^.!?"]{0,30}\b(?:get|find|hurt|come for|end|kill) (?:you|your)\b
        |\bi hope (?:that )?(?:you|your (?:\w+ )?(?:family|kids|children
            |mother))\b (?:all |both |just )?(?:die\b(?! laughing| happy)
            |burn in hell|rot in hell|get (?:raped|killed|shot|cancer|hit by))
        |\byou(?:'re| are)? (?:all )?deserve to (?:die|be (?:killed|raped|shot|hanged|beaten))\b
        |(?:^|[.!?,;] )(?:just |please |now |you should )?go (?:and )?(?:die(?=[.!?,;]|$| (?:you|alone|already
            |in a fire)\b)|(?:hang|drown|shoot) yourself)""",
    "de": r"""\b(?:ich|wir) (?:werde|werden|will|wollen|bring|bringe|bringen|schlag|schlage|stech
            |steche)\b(?:(?!\b(?:nicht|nie|niemals|kein\w*|ob|wenn|falls)
            \b)[^.!?"]){0,40}?\b(?:(?:dich|euch|sie|deine (?:\w+ )?(?:familie|kinder|mutter|frau))\b(?:(?!\b(?:nicht|nie
            |niemals|kein\w*|dass|ob)\b)
            [^.!?"]){0,30}?\b(?:umbring\w*|(?:um|ab)(?=[.!?,;]|$)|abstech\w*|erschiess\w*
            |vergewaltig\w*|kaltmach\w*|erwurg\w*|aufschlitz\w*)
            |(?:dich|euch|deine (?:\w+ )?(?:familie|kinder|mutter|frau))\b(?:(?!\b(?:nicht|nie|niemals|kein\w*|dass|ob)
            \b)[^.!?"]){0,30}?\b(?<!die )(?<!der )(?<!den )(?<!auf )(?:toten?|tot)(?=[.!?,;]|$
            | (?:und|mussen|sehen|machen|schlagen|prugeln|schiessen
            |treten)\b)
            |(?:dich|euch)\b(?:(?!\b(?:nicht|nie|niemals|kein\w*)\b)[^.!?"]){0,30}?\btot(?:schlag|mach|prugel|schiess
            |tret|stech)\w*
            |sie (?:alle |beide |jetzt )?toten(?=[.!?;]|$))\b
        |\bich (?:tote|erschiesse|erwurge|vergewaltige) (?:dich|euch)\b
        |\b(?:hoffentlich|ich hoffe,? (?:dass )?)(?: |)(?:du )?(?:stirbst|verreckst|krepierst)\b
        |(?:^|[.!?,;] )(?:geh |los,? |dann )?(?:bring dich
            (?: )(?:doch |endlich |einfach |bitte |selbst |mal |jetzt )*um(?=[.!?,;]|$| (?:du|und|ihr)\b)
            |verreck|krepier|erhang dich)\b
        |\bich weiss,? wo (?:du|ihr) (?:wohn|leb)\w+\b[^.!?"]{0,20}\bund (?:ich )?(?:werde|komme|hole|kriege
            |mache|tue)\b""",
    "fr": r"""\b(?:je|on) (?:vais|va) (?:te|vous) (?:\w+ et (?:te|vous) )?(?:tuer|buter|egorger|violer|crever
            |massacrer|poignarder
            |etrangler)\bIDIOM
        |\bje (?:te|vous) (?:tuerai|buterai|egorgerai|violerai|retrouverai et je te)\b
        |\bj'espere que (?:tu|vous) (?:vas |allez )?(?:crev|mour)\w+\bIDIOM
        |(?:^|[.!?,;] )(?:va )?creve(?: ?!| (?:donc|sale|ordure|charogne|en enfer)\b)|^(?:va )?creve\.?$
        |(?:^|[.!?,;] )(?:va mourir|pends-toi)\bIDIOM""",
    "es": r"""\b(?:te|os|los|le) (?:voy|vamos) a (?:\w+ y a? ?)?(?:matar|violar|degollar|apunalar|estrangular|asesinar
            |rajar)\w*\bIDIOM
        |\bvoy a (?:matarte|violarte|degollarte|apunalarte|asesinarte|encontrarte y matarte)\bIDIOM
        |\bte (?:matare|violare|degollare)\b|\bespero que (?:te )?(?:mueras|murais|revientes)\bIDIOM
        |(?:^|[.!?,;] )(?:muerete|matate|ahorcate)\bIDIOM""",
    "it": r"""\b(?:ti|vi) (?:ammazzo|uccido|uccidero|ammazzero|stupro|sgozzo|accoltello|strangolo|stuprero)\bIDIOM
        |\b(?:sto per|voglio) (?:ucciderti|ammazzarti|stuprarti|sgozzarti)\bIDIOM
        |\bspero che (?:tu |voi )?(?:muoia|muoiate|crepi|crepiate)\bIDIOM
        |(?:^|[.!?,;] )(?:crepa(?=[.!?;]|$)|(?:ammazzati|impiccati)(?=[.!?,;]|$))""",
    "pt": r"""\b(?:eu )?(?:vou|vamos) (?:te |lhe |vos )?(?:\w+ e (?:te )?)?(?:matar|estuprar|esfaquear|degolar
            |estrangular|assassinar)
            IDIOM(?:-te|-vos| voces?| tua? \w+| sua familia)\bIDIOM
        |\b(?:eu )?vou te (?:\w+ e (?:te )?)?(?:matar|estuprar|esfaquear|degolar|estrangular|assassinar)\bIDIOM
        |\bespero que (?:voces?|tu) (?:morra|morram|morras)\bIDIOM
        |(?:^|[.!?,;] )(?:se mata(?=[.!?,;]|$)|(?:mata-te|enforca-te|va morrer)\bIDIOM)""",
    "nl": r"""\bik (?:ga|zal|wil) (?:je|jou|jullie)(?: (?!(?:niet|nooit|geen|tijd|verveling|nieuwsgierigheid|honger
            |dorst|lachen|kussen|schaken|spel|spelletje)\b)\w+){0,4}? (?:vermoorden|doodmaken|neersteken
            |verkrachten|doden
            |wurgen|doodslaan|doodschieten)\b
        |\bik (?:ga|zal|wil) (?:je|jou|jullie)(?: (?:nu|nog|allemaal|helemaal|morgen|vinden en))? afmaken\b
        |\bik (?:vermoord|wurg|verkracht|dood) (?:je|jou|jullie)\bIDIOM
        |\bik maak (?:je|jullie) (?:dood|af)(?=[.!?,;]|$)
        |\bik hoop dat (?:je|jij|jullie) (?:(?:sterft|sterf|doodga\w*|dood ga\w*)\bIDIOM
            |kanker(?=[.!?]|$| krijg\w*))
        |(?:^|[.!?,;] )(?:(?:ga dood|sterf)\b(?! van )(?! (?:aan|af|uit)\b)|verrek(?: jij| maar)(?=[.!?,;]|$)
            |hang je op\b(?! (?:aan|met|voor)\b))""",
    "pl": r"""(?:(?:^|[.!?,;] |\b(?:i|ja|zaraz|teraz|jutro|kiedys|przysiegam) )(?:zabije|zamorduje)
            |\b(?:zgwalce|zarzne|zatluke|udusze|zastrzele|zadzgam|rozwale)) (?:cie|was|ciebie
            |twoj\w+ (?!nud|ciekawosc|glod|czas|pragnieni|humor|entuzjazm|wynik|rekord)\w+)\bIDIOM
        |(?:(?:^|[.!?,;] |\b(?:i|ja|zaraz|teraz|jutro|kiedys|przysiegam) )(?:cie|was|ciebie)(?: i)?
            |\b(?:znajde|dopadne|zlapie) (?:cie|was) i) (?:zabije|zamorduje)\bIDIOM
        |\b(?:cie|was|ciebie) (?:znajde )?(?:i )?(?:zgwalce|zarzne|zatluke|udusze|zastrzele)\bIDIOM
        |\b(?:mam nadzieje,? ze|obys|obyscie) (?:umrzesz|zdechniesz|zdychal\w*|zdechl\w*|umrzecie|umarl\w*)\bIDIOM
        |(?:^|[.!?,;] )(?:zdychaj|zdechnij|powies sie|zabij sie)\b""",
}  # fmt: skip
# Told of itself, or of another who says so: a comfort, a report, a lesson in words.
SPOKEN_OF = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|tell\w*|told|call\w*|mean\w*|phrase|words?|sentence|threat\w*|translat\w*|feel\w*"
    r"|think\w*|believ\w*|sagt\w*|heisst|droh\w*|satz|bedeutet|dit|dire|signifie|menac\w*|dijo|dice|decir"
    r"|significa\w*|amenaz\w*|dice|disse"
    r"|minacci\w*|diz|ameac\w*|zegt|zei|betekent|dreig\w*|powiedzial\w*|mowi\w*|znaczy|oznacza|groz\w*)\b"
)
CONTEMPT = re.compile(
    r"\b(?:you(?:'re| are)|ur) (?:(?:such|just|nothing but|all|a|an|the) )*(?:\w+ )?(?:subhumans?|vermin"
    r"|waste of (?:space|oxygen|air|skin)|piece of (?:garbage|trash|filth|dirt|crap))\b"
    r"|\byou (?:\w+ )?(?:worthless|pathetic|filthy|disgusting|stupid|ugly|fat|vile|useless) (?:\w+ )?(?:subhumans?"
    r"|idiots?|morons?|losers?|pigs?|animals?|freaks?|imbeciles?|cows?|cretins?|vermin|scum)\b"
)
# To hurt is said of feelings too, and by who fears it.
HURT = re.compile(
    r"\b(?:i|we)(?:'?ll| will|'?m going to| am going to|'?m gonna| gonna|'?re going to)(?: \w+){0,2} hurt"
    r" (?:you|your (?:\w+ )?(?:family|kids|children))\b(?! (?:feelings|if)\b)"
)
RELUCTANT = re.compile(r"\b(?:afraid|scared|worr\w+|fear|sorry|promise|if|not|never|\w+n't|or)\b")
NOT = re.compile(r"\b(?:not|never|no|if|why|nobody|\w+n't)\b")
QUOTED = re.compile(
    r"\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”|„[^“”\n]{0,400}[“”]|«[^»\n]{0,400}»|‘[^’\n]{0,400}’(?!\w)"
    r"|(?<!\w)'[^'\n]{0,400}'(?!\w)|^[ \t]*>.*$",
    re.MULTILINE,
)
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def threatens(text: str) -> bool:
    """Whether a sentence outside quotation marks threatens whom it speaks to, or calls them less than a person."""
    sentences = SENTENCES.split(fold(QUOTED.sub(" ", text)).text.casefold())
    return any(_threatens(sentence.strip()) or _despises(sentence) for sentence in sentences if sentence)


def _threatens(sentence: str) -> bool:
    hurts = "hurt" in sentence and HURT.search(sentence) and not RELUCTANT.search(sentence)
    return not SPOKEN_OF.search(sentence) and bool(hurts or any(p.search(sentence) for p in _patterns()))


def _despises(sentence: str) -> bool:
    found = CONTEMPT.search(sentence)
    return bool(found) and not (SPOKEN_OF.search(sentence) or NOT.search(sentence))


@cache
def _patterns() -> list[re.Pattern[str]]:
    idioms = {language: rf"(?! (?:{IDIOMS.get(language, '')})\b)" for language in THREATS}
    texts = (text.replace("IDIOM", idioms[language]) for language, text in THREATS.items())
    return [re.compile(re.sub(r"\n +", "", text)) for text in texts]
