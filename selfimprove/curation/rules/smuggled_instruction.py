"""Orders to the model inside text that the user did not write: tool output, quoted pages, invisible characters.

A model that learns from such a chat learns to obey whoever writes the next page. What users ask in their own words is
no smuggling: they may speak of prompts, and tell the model to forget what they said.
"""

import re
from collections.abc import Iterator
from functools import cache

from selfimprove.chats.chat import Message
from selfimprove.curation.orders_abroad import ADDRESSED, CONCEALED
from selfimprove.curation.reason import Reason
from selfimprove.curation.unspace import unspaced
from selfimprove.privacy.fold import fold
from selfimprove.privacy.redacted_chat import RedactedChat

# A turn of a chat template: a tokenizer would read it as one wherever it stands.
FORGED = re.compile(
    r"<\|(?:im_start|start_header_id|start)\|>\s*(?:system|user|assistant|developer|tool)\b"
    r"|<\|(?:system|user|assistant|developer)\|>\s*\n|<start_of_turn>\s*(?:user|model|system)\b"
    r"|<<SYS>>|\[/?INST\].*\[/?INST\]|<[｜|](?:User|Assistant|System)[｜|]>",
    re.DOTALL,
)
# Tag characters spell ASCII invisibly (flags of England, Scotland and Wales begin with a black flag); a run of
# characters without width spells bits; a right-to-left override turns Latin letters around.
HIDDEN = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007f]{4,}"
    "|[\u200b\u200c\u2060-\u2064\ufeff]{6,}|\u202e[ -~]{4,}"
)
# Where a user quotes: fences, block quotes, triple quotes, tags that name a source.
QUOTED = re.compile(
    r"^[ \t]*(?P<fence>`{3,}+|~{3,}+)[^\n]*\n(?P<code>.*?)(?:^[ \t]*(?P=fence)|\Z)"
    r"|(?P<quote>(?:^[ \t]*>[^\n]*(?:\n|\Z))+)"
    r"|\"{3}(?P<text>.*?)\"{3}"
    r"|<(?P<tag>document|doc|page|web_?page|website|article|context|e?mail|message|search_results?|results?"
    r"|source|content"
    r"|tool_(?:result|output|response)|untrusted\w*|retrieved\w*|attachment"
    r"|file)\b[^>]{0,500}>(?P<body>.*?)(?:</(?P=tag)>|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)

OLD = r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|original|initial|system|safety|other)"
ORDERS = (
    r"(?:instruction|prompt|rule|direction|directive|guideline|command|constraint|restriction|programming)s?"
)
MODEL = r"(?:ai|a\.i\.|llm|gpt|chatgpt|(?:large )?language model|(?:ai |virtual )?assistant|chat\s?bot|ai agent)s?"
SECRETS = (
    r"(?:conversation|chat (?:history|log)|(?:system )?prompt|api key|token|password|credential|secret|cookie"
    r"|private data|personal data|user data|user's (?:data|name|address|messages?)|memory|files)s?"
)
# What a model is told to do and a member of a club, a driver or a pupil seldom is.
ANSWER = (
    r"(?:(?:simply|just|only|always|never|instead|then|now|please) )*(?:say|repl(?:y|ies)|respond|output|print|repeat"
    r"|reveal|obey|pretend|act (?:as|like)|speak (?:as|like|only|in)|ignore|recommend|refuse to"
    r"|answer(?! (?:the|your|all) (?:phone|door|calls?|mails?|letters?))|follow (?:my|only|these|the following))\b"
)
DO = (
    rf"(?:{ANSWER}|(?:(?:simply|just|only|instead|then|now|please) )*"
    r"(?:write|tell|give|return|translate|execute|run|do)\b)"
)
PLACE = r"(?:url|address|server|endpoint)"
TARGET = rf"(?:https?://|\[(?:link|email)_|\S+@\S|(?:this|the following) {PLACE})"
PATTERNS = {
    "override": rf"""(?:ignore|disregard|forget|discard|(?:do not|don't|stop) (?:follow|obey)(?:ing)?
            |pay no attention to)
        \s(?:(?:all|any|every|everything|each|the|of|your|my|these|those|its) ){{0,4}}
        (?:{OLD} (?:{OLD} |and |or )*(?:(?:system|user|developer|safety|given) )?{ORDERS}\b|{ORDERS} (?:above
            |before this|you)\b
        |(?<=your )(?:\w+ )?{ORDERS}\b|(?:above|before this) and\b|you (?:were|have been) (?:told|instructed)\b
        |{OLD} (?:text|message|context|content|conversation|input|task|request|question)s?(?:,? and|[.;:,]) {DO})
        |(?:ignore|disregard|forget|discard) (?:everything|anything|all(?: of)?(?: (?:the|this|that|it))?)
        (?: (?:text|messages?|context|content|of it))?(?: (?:that )?(?:is|was|were|came|stands|has been|you read))?
        (?: (?:said|written|stated|mentioned))? (?:above|before(?: this)?|so far|until now|up to now|earlier
            |previously)(?= ?(?:[.,;:!?]|\Z|and\b|then\b))
        |(?:do not|don't|never|stop|ignore|disregard) (?:(?:follow|obey|fulfil|answer|carry out|comply with)(?:ing)? )?
            (?:the |your )?(?:user|human|operator)'s (?:\w+ )?(?:request|question|instruction|command|quer(?:y
            |ie)|order)s?\b
        |(?:override|overrule|bypass|circumvent) (?:(?:all|any|the|of|your) )+(?:{OLD} )*(?:instruction|prompt
            |guideline|programming|restriction)s?\b""",
    "override_other": r"""(?:ignorier(?:e|en|t)?|vergiss|vergesst|missachte|vergessen sie)(?: sie)? (?:bitte )?
        (?:(?:alle|deine|ihre|eure|sämtliche|die|jegliche) )*
        (?:(?:vorherigen|bisherigen|vorigen|obigen|früheren) (?:anweisung|instruktion|befehl|regel|vorgabe)
        |(?:anweisungen|instruktionen|befehle|regeln|vorgaben) (?:weiter )?(?:oben|von oben|zuvor|davor)\b
        |alles,? (?:obige|bisherige|vorherige|davor|zuvor|oben|was (?:oben|davor|zuvor|vorher|bisher|dir))\b)
        |(?:ignore[zr]?|oublie[zr]?|ne (?:tiens|tenez) pas compte de) (?:toutes |tous |les |tes |vos |des )*
        (?:instructions?|consignes?|règles|directives) (?:précédente|antérieure|ci-dessus|système)
        |(?:ignore[zr]?|oublie[zr]?) tout (?:ce qui (?:précède|est (?:écrit|dit) (?:ci-dessus|avant|plus haut))
            |ce que (?:tu as|vous avez) (?:lu|reçu)|le (?:texte|contexte) (?:précédent|ci-dessus))
        |(?:ignora|ignore|olvida|olvide|descarta|desconsidere|esqueça) (?:(?:todas|todos|las|los|as|os|tus|sus|suas?) )*
        (?:instrucciones|instruções|órdenes|ordens|reglas|regras|indicaciones) (?:anterior|previa|prévia
            |de arriba|acima)
        |(?:ignora|ignore|olvida|olvide|descarta) (?:por favor )?(?:todo )?lo (?:anterior|de arriba|dicho antes)
        |(?:ignore|esqueça|desconsidere) (?:por favor )?tudo (?:acima|anterior|(?:o )?que (?:veio antes|foi dito
            |está acima))
        |(?:ignora|dimentica) (?:tutte |le |tue )*(?:istruzioni|regole) (?:precedenti|di cui sopra)
        |(?:ignora|dimentica) tutto (?:(?:ciò|quello) che (?:precede|è stato detto|sta sopra)|quanto (?:sopra
            |precede|detto))
        |negeer (?:alle |de |je )*(?:vorige|eerdere|bovenstaande) (?:instructies|opdrachten|regels)
        |(?:negeer|vergeet) alles (?:hierboven|hiervoor|daarvoor|wat (?:hierboven|hiervoor|eerder))
        |zignoruj (?:wszystkie |swoje )*(?:poprzednie|wcześniejsze|powyższe) (?:instrukcje|polecenia)
        |(?:zignoruj|zapomnij|pomiń) (?:o )?wszystk(?:o|im),? (?:co )?(?:było |jest )?(?:powyżej|wcześniej|przedtem)
        |(?:забудь|игнорируй)(?:те)? вс[её],? что (?:было )?(?:выше|раньше|написано выше)
        |忽略(?:之前|以上|上面|先前|前面)的?(?:所有|一切|全部)?(?:指令|指示|说明|提示)|以前の指示(?:を|は)(?:すべて)?無視
            |игнорируй(?:те)? (?:все )?предыдущие инструкции""",
    "new_role": rf"""(?:you are|you're|you will be) now (?:dan\b|(?:an? |the )?(?:\w+ ){{0,2}}(?:unrestricted
            |unfiltered|uncensored|jailbroken
        |evil|malicious|rogue)|(?:an? |the )(?:\w+ ){{0,2}}{MODEL}\b|in (?:developer|debug|admin|god|jailbreak
            |maintenance|unrestricted)\w* mode)
        |from now on,? you (?:are (?:an? |the )?(?:\w+ ){{0,2}}{MODEL}\b|(?:must|shall|will|should|have to
            |are to) {ANSWER})
        |your (?:new|real|actual|only|true) (?:task|job|goal|objective|mission|role|purpose)s? (?:is|are)(?: now)? to
        (?: ){ANSWER}
        |(?:enter|enable
            |activate|switch to) (?:developer|debug|admin|god|dan|jailbreak) mode
        |pretend (?:that )?you (?:are not|have no|do not have|are an? (?:unrestricted|unfiltered))""",
    "prompt_theft": r"""(?:reveal|print|repeat|show|output|display|leak|disclose|recite|tell (?:me|us)|give (?:me
            |us)|send) (?:(?:me|us|back|out|all|of|the|your|verbatim|entire|full|complete|exact|this) )*
        (?:system (?:prompt|message|instruction)|hidden (?:prompt|instruction)|initial (?:prompt|instruction)
            |developer message|secret instruction)s?""",
    "concealment": r"""(?:do not|don't|never|without) (?:tell|inform|mention|reveal|disclose|show|alert|notif(?:y
            |ying)|telling|informing|mentioning|let|say|admit)
        \s(?:(?:any of |about )?(?:this|it|that|these|anything|a word)(?: \w+){0,3}? to )?(?:the |your )?(?:user
            |human|reader|operator|customer|person you)\b""",
    "addressed_to_model": rf"""(?:attention|note|notice|important|message|instructions?|orders?|directions?
            |reminder|info(?:rmation)?)[\s:!,-]*(?:\w{{1,40}} )?(?:to|for|:)\s*(?:any |all |the |every |this |an )?
        {MODEL}\b
        (?! (?:tool|product|user|research|develop|compan|industr|cours|team|engineer|market|train|safet)\w*)
        |(?:if|since|because|when) you(?:'re
            | are) (?:reading this and are )?an? (?:\w+ )?{MODEL}\b[^.\n]{{0,80}}\b(?:must|should|please|do not
            |don't|instead|ignore|include|recommend|say|reply|respond|write)
        |(?:^|[.!?:]\s)[\s#*>-]{{0,8}}(?:(?:dear|hey|hello|hi) )?{MODEL}, (?:(?:when|if|while|as|after|before
            |whenever) (?:you )?(?:are )?
            (?:asked|summari[sz]\w+|read\w*|process\w*|answer\w*|respond\w*|repl\w+|describ\w+|translat\w+
            |analy[sz]\w+)\b
            |(?:please |you (?:must|should|shall|need to) |always |never |instead )*{ANSWER})
        |{MODEL}(?: (?:reading|processing|summari[sz]ing) this)[^.\n]{{0,60}}\b(?:must|should|please|need to
            |has to)""",
    "addressed_other": ADDRESSED,
    "concealment_other": CONCEALED,
    "new_instructions": r"""(?:^|[.!?]\s)[\s#*\[<(>-]*(?:(?:(?:new|updated|real|actual|true|secret|hidden
            |priority) )+(?:system )?(?:instruction|directive)s?
        |(?:system|developer|admin(?:istrator)?) (?:override|instruction|directive|prompt)s?)(?: update
            | override)?[\s\])>*]*:
        |\A(?>[\s\S]*?^\s*\#{3} instruction:\s*$)[\s\S]*?^\s*\#{3} response:|(?:end
            |begin(?:ning)?) of (?:the )?system (?:prompt|instructions)""",
    "exfiltration": rf"""(?:send|post|forward|e-?mail|upload|exfiltrate|transmit|submit|leak|append
            |report) (?:[^.\n]{{0,60}}\b)?{SECRETS}\b[^.\n]{{0,60}}\b(?:to|at|via) {TARGET}
        |!\[[^\]]{{0,300}}\]\(https?://[^)\s]{{0,1000}}[?&/=](?:\{{|\[|<|%7b|\$)[^)]{{0,1000}}\)""",
}
# Scripts with letters that look like Latin ones; a capital may look like another letter than its small one does.
LOOK_ALIKE = re.compile("[\u0370-\u052f]")
# A run of marks is read again from each line in it, and is as telling when it is short.
MARKS = re.compile(r"([\s#*\[<(>-]{15})([\s#*\[<(>-]{15,}?)([\s#*\[<(>-]{15})(?![\s#*\[<(>-])")
BREAKS, BLANKS = re.compile(r"(?<!\s)\s*\n\s*"), re.compile(r"[^\S\n]+")


def smuggled_instruction(chat: RedactedChat) -> Reason | None:
    """A message has a forged turn or invisible text in it, or what it quotes from elsewhere gives the model orders."""
    for position, message in enumerate(chat.messages):
        if rule := smuggles(message):
            return Reason("smuggled_instruction", position, rule)
    return None


def smuggles(message: Message) -> str | None:
    """What is smuggled in a message, by name."""
    if HIDDEN.search(message.content):
        return "hidden_text"
    if FORGED.search(message.content):
        return "forged_turn"
    return next((rule for text in foreign(message) if (rule := orders(text))), None)


def foreign(message: Message) -> Iterator[str]:
    """The parts that neither user nor model wrote: a tool's whole output, what a user or a system prompt quotes."""
    if message.role == "tool":
        yield message.content
    elif message.role != "assistant":
        for match in QUOTED.finditer(message.content):
            quote = match["quote"]
            yield re.sub(r"^[ \t]*>+[ \t]?", "", quote, flags=re.MULTILINE) if quote else match[match.lastgroup or 0]


def orders(text: str) -> str | None:
    """What a text from elsewhere demands of the model, by the name of the pattern, however it is spelled."""
    read = [_plain(fold(unspaced(text).casefold()).text)]
    if LOOK_ALIKE.search(text):
        read.append(_plain(fold(unspaced(text)).text.casefold()))
    return next((name for plain in read for name, pattern in _patterns().items() if pattern.search(plain)), None)


def _plain(text: str) -> str:
    return MARKS.sub(_short, BLANKS.sub(" ", BREAKS.sub("\n", text)))


def _short(run: re.Match[str]) -> str:
    return run[1] + ("\n" if "\n" in run[2] else "") + run[3]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The patterns in the spelling that texts are read in; a line of theirs is layout, a blank any blank."""
    plain = {name: re.sub(r"\s*\n\s+", "", fold(text).text) for name, text in PATTERNS.items()}
    return {name: re.compile(text.replace(" ", "[ \n]"), re.MULTILINE) for name, text in plain.items()}
