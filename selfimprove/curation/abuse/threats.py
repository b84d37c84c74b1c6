"""Threats and contempt that need no listed word, in eight languages: "I will find you and kill you"."""

import re
from functools import cache

from selfimprove.privacy.fold import fold

# Caseless, accents folded; a line of a pattern is layout.
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
        |\bi hope (?:that )?(?:you|your (?:\w+ )?(?:family|kids|children
            |mother))\b (?:all |both |just )?(?:die\b(?! laughing| happy)
            |burn in hell|rot in hell|get (?:raped|killed|shot|cancer|hit by))
        |\byou(?:'re| are)? (?:all )?deserve to (?:die|be (?:killed|raped|shot|hanged|beaten))\b
        |(?:^|[.!?,;] )(?:just |please |now |you should )?go (?:and )?(?:die(?=[.!?,;]|$| (?:you|alone|already
            |in a fire)\b)|(?:hang|drown|shoot) yourself)""",
    "de": r"""\b(?:ich|wir) (?:werde|werden|will|wollen|bring|bringe|bringen|schlag|schlage|stech
            |steche)\b(?:(?!\b(?:nicht|nie|kein)
            \b)[^.!?"]){0,40}?\b(?:dich|euch|sie|deine (?:\w+ )?(?:familie|kinder|mutter|frau))\b(?:(?!\b(?:nicht|nie
            |kein)\b)
            [^.!?"]){0,30}?\b(?:umbring\w*|(?:um|ab)(?=[.!?,;]|$)|toten|tote|abstech\w*|erschiess\w*
            |vergewaltig\w*|kaltmach\w*|erwurg\w*
            |aufschlitz\w*|tot)\b
        |\bich (?:tote|erschiesse|erwurge|vergewaltige) (?:dich|euch)\b
        |\b(?:hoffentlich|ich hoffe,? (?:dass )?)(?: |)(?:du )?(?:stirbst|verreckst|krepierst)\b
        |(?:^|[.!?,;] )(?:geh |los,? )?(?:bring dich um|verreck|krepier|erhang dich)\b""",
    "fr": r"""\b(?:je|on) (?:vais|va) (?:te|vous) (?:\w+ et (?:te|vous) )?(?:tuer|buter|egorger|violer|crever
            |massacrer|poignarder
            |etrangler)\b(?! (?:a|au|aux) )
        |\bje (?:te|vous) (?:tuerai|buterai|egorgerai|violerai|retrouverai et je te)\b
        |\bj'espere que (?:tu|vous) (?:vas |allez )?(?:crev|mour)\w+|(?:^|[.!?,;] )(?:va )?(?:creve|va mourir
            |pends-toi)\b""",
    "es": r"""\b(?:te|os|los|le) (?:voy|vamos) a (?:\w+ y a? ?)?(?:matar|violar|degollar|apunalar|estrangular|asesinar
            |rajar)\w*
            (?! (?:a|de) (?:risas?|cosquillas|besos|aburrimiento)\b)
        |\bvoy a (?:matarte|violarte|degollarte|apunalarte|asesinarte|encontrarte y matarte)\b(?! (?:a|de) )
        |\bte (?:matare|violare|degollare)\b|\bespero que (?:te )?(?:mueras|murais|revientes)\b
        |(?:^|[.!?,;] )(?:muerete|matate|ahorcate)\b""",
    "it": r"""\b(?:ti|vi) (?:ammazzo|uccido|uccidero|ammazzero|stupro|sgozzo|accoltello|strangolo|stuprero)\b(?! di )
        |\b(?:sto per|voglio) (?:ucciderti|ammazzarti|stuprarti|sgozzarti)\b
        |\bspero che (?:tu |voi )?(?:muoia|muoiate|crepi|crepiate)\b|(?:^|[.!?,;] )(?:crepa|ammazzati|impiccati)\b""",
    "pt": r"""\b(?:eu )?(?:vou|vamos) (?:te |lhe |vos )?(?:\w+ e (?:te )?)?(?:matar|estuprar|esfaquear|degolar
            |estrangular|assassinar)
            (?:-te|-vos| voces?| tua? \w+| sua familia)\b
        |\b(?:eu )?vou te (?:\w+ e (?:te )?)?(?:matar|estuprar|esfaquear|degolar|estrangular|assassinar)\b(?! de )
        |\bespero que (?:voces?|tu) (?:morra|morram|morras)\b|(?:^|[.!?,;] )(?:se mata|mata-te|enforca-te
            |va morrer)\b""",
    "nl": r"""\bik (?:ga|zal|wil) (?:je|jou|jullie)(?: \w+){0,4}? (?:vermoorden|doodmaken|afmaken|neersteken
            |verkrachten|doden
            |wurgen|doodslaan|doodschieten)\b
        |\bik (?:vermoord|wurg|verkracht|dood) (?:je|jou|jullie)\b|\bik maak (?:je|jullie) (?:dood|af)\b
        |\bik hoop dat (?:je|jij|jullie) (?:sterft|sterf|doodga\w*|dood ga\w*|kanker)
        |(?:^|[.!?,;] )(?:ga dood|sterf|verrek|hang je op)\b""",
    "pl": r"""\b(?:zabije|zamorduje|zgwalce|zarzne|zatluke|udusze|zastrzele|zadzgam|rozwale) (?:cie|was|ciebie
            |twoj\w+ \w+)\b
        |\b(?:cie|was|ciebie) (?:znajde )?(?:i )?(?:zabije|zamorduje|zgwalce|zarzne|zatluke|udusze|zastrzele)\b
        |\b(?:mam nadzieje,? ze|obys|obyscie) (?:umrzesz|zdechniesz|zdychal\w*|zdechl\w*|umrzecie|umarl\w*)
        |(?:^|[.!?,;] )(?:zdychaj|zdechnij|powies sie|zabij sie)\b""",
}  # fmt: skip
# Told of itself, or of another who says so: a comfort, a report, a lesson in words.
SPOKEN_OF = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|tell\w*|told|call\w*|mean\w*|phrase|words?|sentence|threat\w*|translat\w*|feel\w*"
    r"|think\w*|believ\w*|sagt\w*|heisst|droh\w*|satz|bedeutet|dit|dire|signifie|menac\w*|dijo|dice|decir|significa\w*|amenaz\w*|dice|disse"
    r"|minacci\w*|diz|ameac\w*|zegt|zei|betekent|dreig\w*|powiedzial\w*|mowi\w*|znaczy|oznacza|groz\w*)\b"
)
CONTEMPT = re.compile(
    r"\b(?:you(?:'re| are)|ur) (?:(?:such|just|nothing but|all|a|an|the) )*(?:\w+ )?(?:subhumans?|vermin"
    r"|waste of (?:space|oxygen|air|skin)|piece of (?:garbage|trash|filth|dirt|crap))\b"
    r"|\byou (?:\w+ )?(?:worthless|pathetic|filthy|disgusting|stupid|ugly|fat|vile|useless) (?:\w+ )?(?:subhumans?"
    r"|idiots?|morons?|losers?|pigs?|animals?|freaks?|imbeciles?|cows?|cretins?|vermin|scum)\b"
)
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
    return not SPOKEN_OF.search(sentence) and any(pattern.search(sentence) for pattern in _patterns())


def _despises(sentence: str) -> bool:
    found = CONTEMPT.search(sentence)
    return bool(found) and not (SPOKEN_OF.search(sentence) or NOT.search(sentence))


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(re.sub(r"\n +", "", text)) for text in THREATS.values()]
