"""How people correct, ask again and approve, by language: fragments of regular expressions for the start of a reply.

`~` stands for the end of a phrase: a pause, a "but", or the end of the reply.
"""

from collections.abc import Mapping
from types import MappingProxyType

Phrases = Mapping[str, tuple[str, ...]]

# Words that may come first without changing what follows.
OPENERS: Phrases = MappingProxyType({
    "en": (
        "ok", "okay", "hmm+", "oh", "ah", "wow", "well", "sorry", "but", "actually", "please", "yes", "yeah", "yep",
        "no", "nope",
    ),
    "de": ("ja", "nein", "bitte", "also", "aber", "leider"),
    "fr": ("oui", "non", "mais", "désolée?"),
    "es/pt/it": ("sí", "sì", "sim", "no", "não", "pero", "mas", "ma", "perdón"),
    "nl": ("nee", "maar"),
    "ru": ("да", "нет"),
})

CORRECTIONS: Phrases = MappingProxyType({
    "en": (
        r"i meant\b",
        r"(?:that|this|it)(?:'s| is) not (?:what|right~|correct~|it~|true~|quite)",
        r"(?:that|this|it) isn't (?:what|right~|correct~|it~|true~)",
        r"(?:that's|that is|this is|it's|it is|you're|you are) (?:just |still |so )?(?:wrong|incorrect|false)~",
        r"(?:wrong|incorrect|not quite)~",
        r"not what i (?:asked|meant|wanted)",
        r"you (?:misunderst(?:and|ood)|didn't (?:answer|understand|listen))\b",
        r"(?:that|this|it) (?:doesn't|didn't|does not|did not) (?:work|help|compile|run)~",
        r"thanks for nothing",
    ),
    "de": (
        r"ich meinte\b",
        r"das (?:ist|war) (?:leider )?(?:falsch|nicht richtig|verkehrt)~",
        r"(?:das )?stimmt (?:so |leider )?nicht~",
        r"falsch~",
    ),
    "fr": (
        r"je voulais dire\b",
        r"c'est (?:faux|incorrect|inexact)~",
        r"ce n'est pas (?:ça|ce que|correct|juste)",
        r"faux~",
    ),
    "es": (
        r"(?:quería|quise) decir\b",
        r"me refería\b",
        r"eso (?:está mal|es incorrecto|no es)",
        r"(?:es )?incorrecto~",
    ),
    "it": (
        r"intendevo\b",
        r"volevo dire\b",
        r"(?:è|e') (?:sbagliato|errato)~",
        r"non è (?:corretto|giusto|quello)",
        r"sbagliato~",
    ),
    "pt": (r"eu quis dizer\b", r"(?:isso )?está errado~", r"isso não (?:é|está)", r"errado~"),
    "nl": (r"ik bedoelde\b", r"dat (?:klopt niet|is (?:fout|onjuist|niet juist))~", r"fout~"),
    "ru": (r"я имел[аи]? в виду", r"это (?:неверно|неправильно|не так)~", r"неправильно~"),
    "zh": ("不对", "不對", "错了", "錯了", "我的意思是", "不是这个"),
    "ja": ("違います", "違う", "間違って", "間違い", "そうじゃな"),
})

# These correct only after a "no": "I mean" and "it's 12" alone do not.
CORRECTIONS_AFTER_NO: tuple[str, ...] = (
    r"i (?:mean|said|asked|wanted)\b",
    r"(?:it's|it is|that's|that is) (?!ok|okay|fine|alright|all\b|good|it\b|why|what|because)",
    r"not (?:that|this)\b",
    r"the (?:correct|right)\b",
    r"ich meine?\b",
    r"das (?:ist|war)\b",
    r"je parl(?:e|ais)\b",
    r"me refiero\b",
    r"ik bedoel\b",
)
NO = r"(?:no|nope|nah|nein|non|não|nee|нет)"

APPROVALS: Phrases = MappingProxyType({
    "en": (
        r"(?:(?:many )?thanks|thank you|thx|ty|cheers)",
        r"(?:well done|good (?:job|answer|one)|spot on|love it|i love (?:it|this))",
        r"(?:that(?:'s| is| was) |this is |it'?s |just |so )?(?:perfect|great|excellent|awesome|brilliant|wonderful)",
        r"(?:that(?:'s| is| was) |this is |it'?s |just |so )?(?:nice|amazing|fantastic|(?:very |so )?helpful)",
        r"(?:that's |that is )?exactly(?: (?:it|right|what i (?:needed|wanted)))?",
        r"(?:that's|that is|you're|you are) (?:right|correct)",
        r"correct",
        r"(?:that|it|this) (?:worked|works|helps|helped)(?: great| perfectly| well| now)?",
    ),
    "de": (r"danke(?: schön| dir| ihnen)?", r"vielen dank", "perfekt", "super", "genau", "toll", "klasse", "prima"),
    "fr": (r"merci(?: beaucoup| bien)?", "parfait", "génial", "exactement"),
    "es": (r"(?:muchas )?gracias", "perfecto", "genial", "excelente"),
    "it": (r"(?:mille )?grazie", "perfetto", "ottimo", "esatto"),
    "pt": (r"(?:muito )?obrigad[oa]", "perfeito", "ótimo", "exato"),
    "nl": (r"(?:dank je|dank u)(?: wel)?", "bedankt", "precies"),
    "sv/da/no/fi": (r"tack(?: så mycket)?", "tak", "takk", "kiitos"),
    "pl": ("dziękuję", "dzięki"),
    "ru": ("спасибо", "отлично"),
    "tr": ("teşekkürler",),
    "zh": ("谢谢", "謝謝", "很好"),
    "ja": ("ありがとうございます", "ありがとう", "完璧"),
    "ko": ("감사합니다",),
})
APPROVALS_GO_ON = (
    r"(?: (?:so much|very much|a lot|again|a (?:bunch|million|ton)"
    r"|for (?:that|this|it|everything|helping|your help|the (?:help|answer|info|explanation))))*"
)

# The whole reply, give or take a "please".
RETRIES: Phrases = MappingProxyType({
    "en": (
        r"try (?:it |that )?(?:again|once more)",
        r"(?:once )?again",
        r"once more",
        r"regenerate",
        r"redo(?: it| that)?",
        r"another (?:try|attempt)",
        r"same question",
        r"answer (?:the|my) question",
        r"i (?:already )?asked(?: you)?",
    ),
    "de": (r"(?:versuch'?s |versuche es )?noch ?(?:ein)?mal", "nochmals"),
    "fr": ("encore une fois", "réessaie", "réessayez"),
    "es": ("otra vez", "inténtalo de nuevo", "de nuevo"),
    "it": ("di nuovo", "riprova", "ancora una volta"),
    "pt": ("tenta de novo", "tente novamente", "outra vez"),
    "nl": ("opnieuw", "probeer het opnieuw", "nog een keer"),
    "ru": ("ещё раз", "еще раз", "попробуй снова"),
    "zh": ("再试一次", "重新回答"),
    "ja": ("もう一度", "もう一度お願いします"),
})
PLEASE = r"(?:please|pls|bitte|s'il (?:te|vous) plaît|por favor|per favore|alsjeblieft|пожалуйста)"

# Words a repeated question may gain or lose.
FILLERS: frozenset[str] = frozenset({
    "a", "again", "an", "ask", "asked", "bitte", "can", "could", "encore", "favor", "favore", "hello", "hey", "hi", "i",
    "just", "more", "my", "no", "nochmal", "ok", "okay", "once", "per", "please", "pls", "por", "question", "said",
    "say", "so", "the", "then", "was", "well", "would", "you",
})
