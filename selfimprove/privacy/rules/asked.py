"""How people ask for a thing and how an answer begins, in eight languages over folded text."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.rule import words

# What may follow in the same sentence: nothing that makes of a password its policy.
_ALSO = (
    "please|again|here|below|now|first|then|is|was|are|bitte|hier|unten|jetzt|nochmal|noch einmal|ein|an|ist|lautet|"
    "geben|nennen|mitteilen|sagen|schicken|verraten|eingeben|angeben|senden|haben|wissen|erfahren|bekommen|durchgeben|"
    "bestatigen|wiederholen|s'il vous plait|s'il te plait|svp|stp|ici|ci-dessous|por favor|porfa|aqui|abajo|abaixo|"
    "ahora|agora|per favore|qui|sotto|alsjeblieft|alstublieft|aub|in|geven|noemen|hebben|weten|invoeren|zeggen|sturen|"
    "doorgeven|delen|krijgen|nodig|prosze|tutaj|ponizej|jest|podac"
)
_ABOUT = (
    "for|of|to|on|at|from|with|used|that|which|you|we|so|and|or|if|as|because|fur|von|zu|zum|zur|des|der|den|vom|bei|"
    "damit|und|oder|um|pour|de|du|sur|et|afin|para|del|do|da|y|e|per|di|con|van|voor|om|en|aby|zeby|od|z|i|dla"
)
AFTER = re.compile(
    rf"(?:[ ](?:number|no|nr|nummer|code)\.?)?(?:[ ,]{{1,3}}(?:{_ALSO})(?!\w)){{0,4}}"
    rf"(?:[ ,]{{1,2}}(?:(?:{_ABOUT})[ ]|d')\w.{{0,160}}|,[ ].{{0,200}}|[ ]\(.{{0,80}})?[^\w\x00]{{0,12}}\Z"
)
ASKS = re.compile(
    r"\b(?:what'?s?|which|tell|paste|give|enter|type|provide|send|share|need|require|have|get|let me know|specify|"
    r"state|confirm|repeat|input|submit|insert|choose|set|remind|welche\w{0,2}|was|wie|nenn\w{0,3}|gib|geben|sag\w{0,2}|"
    r"schick\w{0,2}|teil\w{0,2}|brauche|benotige|verrat\w{0,2}|darf|kann|kannst|konn\w{2,5}|trag\w{0,2}|"
    r"quel\w{0,3}|donne\w{0,2}|indique\w{0,2}|saisi\w{0,5}|entre[rz]?|envoi\w{0,3}|envoyer|dis|dites|c'est quoi|"
    r"tape[rz]?|fourni\w{0,5}|besoin|puis|avoir|cual|dime|dame|das|digame|deme|ingres\w{1,3}|introdu\w{1,4}|escrib\w{1,3}|"
    r"indi[cq]\w{1,4}|necesito|puedes|puede|qual|diga|digite|inform\w{1,3}|insira|preciso|passa|pode|inserisci\w{0,3}|inserire|dimmi|dici|serve|"
    r"dammi|scrivi|puoi|puo|mi dai|wat|heb|welke?|geef|voer|vul|typ|stuur|noem|zeg|mag|kun|kunt|"
    r"jak(?:a|i\w{0,2})|podaj\w{0,3}|"
    r"wpisz|wprowadz|wyslij|napisz|powiedz|mozesz|potrzebuje)\b"
)
BARE = re.compile(
    r"[\W\d]{0,8}(?:(?:and|und|et|y|e|en|i|your|the|my|admin|user|new|current|dein|deine|ihr|ihre|das|die|votre|ton|le|"
    r"la|tu|su|el|sua|a|o|tua|il|je|uw|het|twoje|twoj|sudo|root|ssh|wifi|wi-fi)[ ]){0,3}"
)
# Not the thing itself is asked for, or any one will do.
NOT_ASKED = re.compile(
    r"\b(?:when|why|how|where|who|whose|wann|warum|wieso|weshalb|seit wann|wie(?! (?:ist|war|lautet|heisst))|wo|wer|"
    r"combien|quand|pourquoi|comment|cuan\w{1,4}|por que|donde|como|quando|quant[oaie]|perche|dove|wanneer|waarom|"
    r"hoe|hoeveel|kiedy|dlaczego|ile|jak|gdzie)\b|"
    r"(?:\b(?:(?:is|are)[ ]an?|(?:ist|sind)[ ]eine?|est[ ]une?|es[ ]una?|e[ ](?:una?|uma?)|is[ ]een)|'s[ ]an?)"
    r"[ ](?:\w{1,20}[ ]){0,2}\Z|"
    r"\b(?:what|which|welche\w?|wat|welke?)[ ](?!(?:is|are|was|were|ist|war|does)\b)\w{3,20}"
    r"[ ](?:is|are|was|were|stores?|holds?|uses?|ist|wird|wurde|speichert)\b|"
    r"\b(?:word|term|synonym|translation|wort|mot|palabra|palavra|parola|woord|slowo)[ ]"
    r"(?:for|fur|pour|para|per|voor|na)[ ](?:\w{2,4}[ ])?[\"']?\Z|"
    r"\b(?:should|shall|can|could) i (?:use|choose|pick|take|set)\b|\bsoll(?:te)? ich\b.{0,40}\b(?:nehmen|wahlen)\b|"
    r"\b(?:devrais-je|dois-je|deberia|debo|devo|dovrei|moet ik|powinienem|powinnam)\b|"
    r"\b(?:gpio|arduino|esp\d{2,4}|raspberry|header|connector|led|digital|analog)[ ]\Z|"
    r"\b(?:default|common|typical|example|sample|standard|strong|good|secure|weak|same|public|primary|foreign)[ ]\Z"
)
# Words of riddles, boards and music, anywhere in what is said: such a thing is nobody's, unless somebody owns it.
RIDDLE = re.compile(
    r"\b(?:krzyzowk\w*|zagadk\w*|crosswords?|riddles?|puzzles?|kreuzwortratsel\w*|ratsel\w*|mots croises|devinette\w*|"
    r"crucigramas?|adivinanza\w*|palavras cruzadas|adivinha\w*|cruciverba|indovinell\w*|kruiswoord\w*|raadsel\w*|"
    r"doors? of|ali baba|clave de (?:sol|fa|do)|mosi|miso|gpio\d*|esp\d{2,4})\b"
)
# Words of stories and games, and of what is made up: a plain word is no password there; anything else may be one.
STORY = re.compile(
    r"\b(?:films?|movies?|books?|games?|levels?|spiel\w*|buch\w*|roman\w*|jeux?|livres?|peliculas?|juegos?|libros?|filmes?|"
    r"jogos?|livros?|gioc[oh]\w*|libr[oi]|spelletje|boek|gry|grze|filmie|ksiaz\w*|suggest\w*|recommend\w*|invent|"
    r"schlag\w* .{1,40} vor|propose[rz]?|suggere\w*|sugier\w*|propon\w*|suggeri\w*|zaproponuj|wymysl|"
    r"(?:random|zufallige\w?|losow\w*) (?:\w{1,12} )?(?:words?|names?|letters?|things?|worter|namen|slow\w*)|"
    r"(?:mots|palabras|palavras|parole) (?:aleatori\w*|aleatoires|au hasard|a caso))\b"
)
OWNED = re.compile(
    r"\b(?:my|your|our|mein\w{0,2}|dein\w{0,2}|ihr\w{0,2}|euer|unser\w?|mon|ma|ton|ta|votre|mi|tu|su|meu|minha|seu|sua|teu|"
    r"tua|mia|mio|tuo|suo|mijn|je|jouw|uw|moj\w?|twoj\w{0,3})[ ](?:[\w-]{1,20}[ ]){0,2}\Z"
)
# When somebody was born is a date of birth by another name.
BORN = re.compile(
    r"\b(?:when|what (?:day|date|year)|on (?:what|which) (?:day|date))[ ](?:were|was)[ ](?:you|he|she|they)[ ]born|"
    r"\bwann[ ](?:bist|sind|ist|wurdest|wurden)[ ](?:du|sie|er|ihr)[ ]geboren|\bquand[ ](?:es-tu|etes-vous)[ ]nee?|"
    r"\bcuando[ ]naci(?:ste|o)|\bquando[ ](?:(?:voce|tu)[ ])?nasce(?:u|ste)|\bquando[ ](?:sei|e)[ ]nat[oa]|"
    r"\bwanneer[ ](?:ben|bent|is)[ ](?:je|u|jij|hij|zij)[ ]geboren|\bkiedy[ ](?:sie[ ])?urodzil\w{1,3}"
)
LISTED = re.compile(r"(?:[,/&+]|\b(?:and|und|et|y|e|en|i)[ ])[^,/&+]{0,24}\Z")
FILLER = (
    r"(?:(?:sure|ok|okay|k|yes|yeah|yep|yup|no problem|of course|certainly|here|you go|well|hi|hello|hey|um|uh|oh|so|"
    r"it'?s?|that'?s?|this|mine|my|the|is|was|now|i think|i believe|just|use|try|number|key|code|ja|klar|gerne?|"
    r"naturlich|sicher|hier|bitte|das|es|sie|er|ist|lautet|meine?|die|nummer|oui|bien sur|voici|voila|d'accord|c'est|"
    r"mon|ma|le|la|est|si|claro|vale|aqui|tienes?|tiene|esta|mi|el|numero|sim|certo|ecco|eccolo|va bene|e|meu|minha|a|"
    r"o|il|mia|mio|natuurlijk|prima|dit|het|mijn|tak|oczywiscie|jasne|prosze|to|jest|moj|moja|moje|numer|thanks|"
    r"thank you|danke|merci|gracias|obrigad[oa]|grazie|bedankt|dank je|dziekuje)"
    r"(?:[ ]?[,.:;!-]{1,3}\s{0,3}|\s{1,3})){0,8}"
)
REFUSALS = words("""
    nope never sorry none nothing unknown forgotten forgot hello thanks okay sure correct maybe perhaps sometimes always
    yesterday today tomorrow which wait please stop skip cancel help exit quit abort back next done later huhu nein doch
    niemals keine keines keins nichts vielleicht warum welches welche moment gestern heute spater hallo danke
    jamais rien aucun peut-etre pourquoi lequel bonjour merci hier attends desole nunca nada ninguna ninguno quizas hola
    gracias perdon espera ayer talvez nenhum nenhuma desculpe ontem obrigado niente nessuna nessuno forse scusa aspetta
    ieri ciao grazie nooit niets geen misschien waarom welke sorry gisteren nigdy zaden zadne moze dlaczego wczoraj
    przepraszam what why when where really seriously already good fine great idk dunno denied refused declined what's
    yeah yepp absolutely whatever anything something everything hmmm huh
""")
