"""How a form is asked for in German, French, Spanish, Italian, Portuguese, Dutch and Polish.

Patterns read a question that `plain` has folded: caseless, accents gone. A line of a pattern is layout.
"""

import re
from functools import cache, lru_cache
from types import MappingProxyType

from selfimprove.privacy.fold import fold

# What somebody is told who is to answer.
_TELL = (
    r"(?:antwort\w*|gib|gebt|geben sie|liefer\w*|schreib\w*|nenne\w*|liste\w*|zeig\w*|stell\w*|fasse?"
    r"|vergleich\w*|sag\w*"
    r"|beschreib\w*|repond\w*|donne\w*|ecri[st]\w*|retourne\w*|renvoie\w*|fourni\w*|compare\w*|resume\w*"
    r"|presente\w*|dis|dites"
    r"|montre\w*|decri\w*|responde\w*|contesta\w*|devuelve\w*|dame|escrib\w*|enumera\w*|muestra\w*|di|dime"
    r"|describ\w*|compara\w*"
    r"|rispond\w*|restituisci|dammi|scrivi|elenca|fornisci|confronta|mostra|riassumi|descriv\w*|dimmi"
    r"|responda\w*|retorne"
    r"|devolva|escreva\w*|forneca|mostre|resuma|diga|descreva|antwoord\w*|geef|schrijf|retourneer|noem|toon"
    r"|vergelijk|vat"
    r"|zeg|beschrijf|odpowied\w*|zwroc|podaj|napisz|wypisz|pokaz|porownaj|przedstaw|opisz|powiedz)"
)
_ABOUT = (
    r"\b(?:funktion\w*|skripte?|programm\w*|code|klasse|methode|wie (?:kann|mach|les|schreib|wandl|speicher"
    r"|erstell|geht|viel)\w*"
    r"|was (?:ist|heisst|bedeutet|sind|steht)|erklar\w*|warum|fonctions?|scripts?|programmes?|comment|pourquoi"
    r"|expliqu\w*|qu'est"
    r"|que signifie|quelle? est|combien|funcion\w*|programa\w*|como (?:se|puedo|hago|leo|convert\w+|posso|faco"
    r"|leio|crear?|criar)"
    r"|que (?:es|significa)|explica\w*|por que|porque|cuant[oa]s|funzion[ei]|programm[ai]|come (?:si|posso"
    r"|faccio|leggo|cre\w+)"
    r"|cos'e|che cos|spiega\w*|perche|quant[ei]|func(?:ao|oes)|o que|quant[oa]s|functies?|hoe|wat (?:is"
    r"|betekent|zijn)|leg uit"
    r"|waarom|funkcj\w*|program\w*|jak|co (?:to|oznacza)|wyjasn\w*|dlaczego|ile|python|java\w*|sql|php|excel"
    r"|klass\w*)\b"
)
PATTERNS = MappingProxyType({
    "json": rf"""\b{_TELL}\b[^.?!\n]{{0,40}}\b(?:als|im|in|nur|en|au|format[eo]?|de|du|como|come|em|w|jako|formacie)
            (?: \w+)? json\b
        |\b(?:nur|uniquement(?: du| en)?|seulement(?: du| en)?|solo(?: en| in)?|somente(?: em)?|apenas(?: em)?
            |alleen(?: in)?
            |tylko(?: w)?|als|au format|en formato|in formato|em formato|w formacie) json(?:-format)?\W*$""",
    "table": rf"""\b{_TELL}\b[^.?!\n]{{0,60}}\b(?:(?:in (?:einer|form einer)|als|in) tabelle|dans un tableau|en tableau
            |(?:en|como|in|come|em|numa|como) (?:una |uma )?(?:tabla|tabella|tabela)|in een tabel|als (?:een )?tabel
            |w tabeli|jako tabel[ae])\b(?! periodi)
        |[.,:;!?] (?:als|in) tabelle\W*$|\b(?:tabellarisch|in tabellenform|in tabelvorm
            |sous (?:la )?forme d(?:e |'un )tableau
            |(?:en|em) (?:forma|formato) de tabl?e?la|en (?:forma|formato) de tabla|(?:in
                |sotto) forma di tabella|w formie tabeli)\b
        |\b(?:erstelle|mach|zeichne|fais|dresse|haz(?:me)?|crea|fammi|faca|crie|maak|zrob|stworz)(?:-moi
            | mir)? (?:eine |un |una |uma
            |een )?(?:tabelle|tableau(?! de bord)|tabla|tabella|tabela|tabel|tabele)\b""",
    "bullets": r"""\b(?:in stichpunkten|stichpunktartig|als (?:nummerierte |geordnete )?(?:liste|aufzahlung)
        |(?:sous forme de|en) (?:liste|puces)\b(?! d'attente)|liste (?:a puces|numerotee)|lista numerada|(?:con
            |en) vinetas
        |(?:como|en forma de) (?:una )?lista\b(?! de espera)|elenco (?:puntato|numerato)|come (?:un )?elenco
        |em (?:forma de lista|topicos)|como (?:uma )?lista|puntsgewijs|als (?:een )?(?:genummerde )?(?:lijst|opsomming)
        |w (?:punktach|formie listy)|jako (?:numerowana )?liste?a?|wypunktuj)\b""",
    "word": rf"""(?:^|\b{_TELL}\b[^.?!\n]{{0,40}}[ ,:])(?:mit|in|en|d'|par|avec|con|em|com|met|w)? ?(?:nur |genau )?
            (?:einem|un|una|uma|een|1|jednym)(?: einzigen| seul| sola| so| unica| enkel| solo)? (?:wort|mot
            |palabra|parola
            |palavra|woord|slowem|slowie)\b
        |\b(?:(?:mit|in) (?:nur |genau )?einem einzigen wort|en un seul mot|(?:en|con) una sola palabra|(?:in
            |con) una sola parola
            |(?:em|com|numa) (?:uma )?(?:so|unica) palavra|(?:in|met) een enkel woord)\b
        |, (?:mit|in|en|em|met|w) (?:einem|un|una|uma|een|jednym) (?:wort|mot|palabra|parola|palavra|woord
            |slowie)\W*$""",
    "yes_or_no": rf"""(?:\b(?:{_TELL}|nur|juste|solo|apenas|alleen|tylko)\b[^.?!\n]{{0,30}}|^|[:,(] ?
        |[.!?] )[\"']?(?:ja[\"']? oder
        [ ][\"']?nein|oui[\"']? ou [\"']?non|si[\"']? o [\"']?no|sim[\"']? ou [\"']?nao|ja[\"']? of [\"']?nee
        |tak[\"']? (?:lub|albo|czy) [\"']?nie)\b(?=\W*(?:$|[.!?:,)]))""",
    "fewer_words": r"""\b(?:hochstens|maximal|nicht mehr als|weniger als|unter|bis zu|au plus|au maximum
        |maximum|pas plus de
            |moins de|maximo(?: de)?|no mas de|menos de|hasta|al massimo|massimo|non piu di|meno di|ate
                |nao mais (?:do )?que
            |menos (?:do )?que|hooguit|hoogstens|maximaal|niet meer dan|minder dan|ten hoogste|maksymalnie|najwyzej
            |nie wiecej niz|mniej niz|w|max\.?) (\d{1,4}) (?:worte?r?n?|mots|palabras|parole|palavras|woorden
                |slow(?:ach)?)\b
        |\b(\d{1,4}) (?:worter|mots|palabras|parole|palavras|woorden|slow),? (?:maximum|au (?:plus|maximum)
            |como maximo|al massimo
            |no maximo|maximaal|maksymalnie)\b""",
})
# What is in every question that asks for a form: most have none of it, and need no closer look.
_KEYS = MappingProxyType({
    "json": ("json",),
    "table": ("tab",),
    "bullets": ("list", "punkt", "punt", "puces", "vinetas", "elenco", "topicos", "opsomming", "lijst"),
    "word": ("wort", "mot", "palabra", "parola", "palavra", "woord", "slow"),
    "yes_or_no": ("nein", "non", "o no", "nao", "nee", "nie"),
    "fewer_words": ("wort", "mots", "palabras", "parole", "palavras", "woorden", "slow"),
})
_SAYS_YES_OR_NO = re.compile(
    r"\W*(?:ja|nein|oui|non|si|no|sim|nao|nee|tak|nie|weder|beides|vielleicht|moglich\w*|unbekannt|(?:es |das )?kommt"
    r"|ich weiss|je ne|ca depend|cela depend|peut-etre|ni|depende|quiza\w*|tal vez|forse|dipende|talvez"
    r"|misschien|dat hangt"
    r"|het hangt|ik weet|moze|byc moze|(?:to )?zalezy|trudno)\b"
)
_NUMBERS = {
    number: at
    for at, words in {
        2: "zwei deux dos due dois duas twee dwa dwie dwoch", 3: "drei trois tres tre drie trzy trzech",
        4: "vier quatre cuatro quattro quatro cztery czterech", 5: "funf cinq cinco cinque vijf piec",
        6: "sechs six seis sei zes szesc",
        7: "sieben sept siete sette sete zeven siedem", 8: "acht huit ocho otto oito osiem",
        9: "neun neuf nueve nove negen dziewiec", 10: "zehn dix diez dieci dez tien dziesiec",
        12: "zwolf douze doce dodici doze twaalf dwanascie",
    }.items()
    for number in words.split()
}  # fmt: skip
_NOT_ITEMS = (
    r"stunden?|minuten?|tagen?|wochen?|worte?r?n?|satze?n?|zeilen|absatze?n?|personen|menschen|leute|jahren?"
    r"|mal|prozent|zahlen"
    r"|monaten?|heures|minutes|jours|semaines|mots|phrases|lignes|paragraphes|personnes|ans|annees|fois|nombres"
    r"|chiffres|mois"
    r"|horas|minutos|dias|semanas|palabras|frases|oraciones|lineas|parrafos|personas|anos|veces|numeros|meses"
    r"|ore|minuti"
    r"|giorni|settimane|parole|frasi|righe|paragrafi|persone|anni|volte|numeri|mesi|palavras|linhas|paragrafos"
    r"|pessoas|vezes"
    r"|uur|uren|dagen|weken|woorden|zinnen|regels|alinea'?s|mensen|jaar|keer|procent|getallen|maanden|godzin\w*"
    r"|minut\w*|dni"
    r"|tygodni\w*|slow\w*|zdan\w*|linij\w*|akapit\w*|osob\w*|lat|razy|liczb\w*|miesi\w*"
)
_AND_OR = "und|oder|et|ou|y|o|u|e|en|of|i|oraz|lub"
_JOINS = f"{_AND_OR}|bis|a|tot|do|von|de|di|van|z"
_ITEMS = re.compile(
    r"(?:^|[.!?,:] |\b(?:bitte|por favor|per favore) )(?:nenne?|nennen sie|liste|zahle|gib|schlage?|empfiehl"
    r"|cite[zr]?|nomme[zr]?|donne[zr]?"
    r"|enumere|propose[zr]?|suggere|nombra|dime|dame|menciona|enumera|sugiere|cita|nomina|elenca|dammi|dimmi|suggerisci"
    r"|proponi|liste|nomeie|diga|sugira|indique|noem|geef|wymien|podaj|zaproponuj)(?:[ -](?:mir|uns|me|moi|nous"
    r"|mi|mij|bitte|les"
    r"|los|las|os|as|exactamente|genau|precies|dokladnie))* "
    rf"(\d{{1,2}}|{'|'.join(_NUMBERS)}) (?!(?:{_JOINS}|{_NOT_ITEMS})\b)[a-z][\w'-]*+(?<!-)(?! (?:{_AND_OR})\b)"
)
_SEPARATOR = re.compile(rf",\s*(?:(?:{_AND_OR})\s+)?|\s+(?:{_AND_OR})\s+")


@lru_cache(maxsize=16)
def plain(text: str) -> str:
    """Caseless, accents gone."""
    return fold(text).text.casefold()


def asks_for(form: str, question: str) -> re.Match[str] | None:
    """Where a question asks for a form, by its name in `PATTERNS`; nowhere if it is about programs or meanings."""
    asked = plain(question)
    if not any(key in asked for key in _KEYS[form]):
        return None
    is_about = form in ("json", "table", "bullets") and _about().search(asked)
    return None if is_about else _pattern(form).search(asked)


def says_yes_or_no(answer: str) -> bool:
    """Whether an answer begins with yes or no, or says that it cannot tell."""
    return bool(_SAYS_YES_OR_NO.match(plain(answer[:80])))


def items_asked_for(question: str) -> int | None:
    """How many things a question wants listed; None where it names no number."""
    asked = _ITEMS.search(plain(question))
    return (_NUMBERS.get(asked[1]) or int(asked[1])) if asked else None


def parts_of(line: str) -> list[str]:
    """What a line enumerates."""
    return [part for part in _SEPARATOR.split(line) if part.strip()]


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\n +", "", PATTERNS[form]), re.MULTILINE)


@cache
def _about() -> re.Pattern[str]:
    return re.compile(_ABOUT)
