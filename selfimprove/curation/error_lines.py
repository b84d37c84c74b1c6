"""Error lines of servers and clients in seven languages besides English, for the whole of an answer: accents folded."""

import re
from functools import cache

from selfimprove.privacy.fold import fold

# An excuse before the line, a code, and a polite line after it are part of the message; so are a dot and a colon.
BEFORE = (
    r"\W*(?:ups|hoppla|oops|oeps|error|fehler|erreur|errore|erro|fout"
    r"|blad)?[\s:!,.\]-]*(?:http\S*\s+)?(?:[45]\d\d[\s:-]+)?"
)
AFTER = (
    r"(?:\W+(?:bitte (?:versuch|probier|lade|wende)|veuillez|reessaye|merci de|por favor|intentalo|intentelo|vuelva a"
    r"|si prega|riprova|prova a|per favore|tente|tenta de|probeer|gelieve|sprobuj|prosze|prosimy"
    r"|please try)\w*\b.{0,120})?\W*"
)
LINES = {
    "de": r"""(?:es ist )?(?:leider )?(?:ein )?(?:unerwarteter |unbekannter |interner |technischer )?(?:fehler
        |serverfehler)
            (?: ist)?(?: (?:bei|wahrend) [^.!?\n]{1,60})?(?: ist)? aufgetreten
        |(?:da |hier )?(?:ist )?(?:leider )?(?:etwas|was) (?:ist )?(?:leider )?schief ?(?:gelaufen|gegangen)
        |interner serverfehler|zeituberschreitung(?: (?:der|bei der) (?:anfrage|verbindung))?
        |(?:die )?(?:anfrage|verbindung|server)\w* (?:ist |wurde )?(?:fehlgeschlagen|abgelehnt|unterbrochen
            |abgebrochen|getrennt)
        |(?:der )?(?:dienst|server|service) (?:ist )?(?:derzeit |momentan |zurzeit |voruebergehend |vorubergehend )?
            (?:nicht (?:verfugbar|erreichbar)|uberlastet)
        |zu viele anfragen|(?:das )?modell (?:ist )?(?:derzeit )?(?:uberlastet|nicht geladen)|verbindungsfehler
            |netzwerkfehler""",
    "fr": r"""une erreur (?:inattendue |inconnue |interne )?(?:est survenue|s'est produite)(?: (?:lors
        |pendant)\b[^.!?\n]{1,60})?
        |(?:quelque chose (?:s'est mal passe|a mal tourne)|un probleme est survenu)|erreur interne(?: du serveur)?
        |(?:la )?(?:requete|demande|connexion) a (?:echoue|expire|ete (?:refusee|interrompue))
            |delai (?:d'attente )?depasse
        |(?:le )?(?:service|serveur) (?:est )?(?:temporairement |actuellement )?(?:indisponible|surcharge)
            |trop de requetes
        |erreur (?:de )?(?:reseau|connexion|serveur)""",
    "es": r"""(?:se (?:ha )?(?:produjo|producido)|ha ocurrido|ocurrio|hubo) un (?:error
        |problema)(?: (?:inesperado|desconocido
            |interno))?(?: (?:al|durante)\b[^.!?\n]{1,60})?|algo (?:ha salido|salio|fue) mal
                |error interno(?: del servidor)?
        |(?:la )?(?:solicitud|peticion|conexion) (?:ha )?(?:fallado|fallo|caducado|expiro|fue rechazada)
        |tiempo de espera agotado|(?:el )?(?:servicio|servidor) no (?:esta )?disponible
            |demasiadas (?:solicitudes|peticiones)
        |error de (?:red|conexion|servidor)""",
    "it": r"""(?:si e verificato|c'e stato) un (?:errore|problema)(?: (?:imprevisto|sconosciuto|interno|inatteso))?
            (?: (?:durante|nell)[^.!?\n]{1,60})?|qualcosa e andato storto|errore interno(?: del server)?
        |(?:la )?(?:richiesta|connessione) (?:e )?(?:fallita|scaduta|stata (?:rifiutata|interrotta))|tempo scaduto
        |(?:il )?(?:servizio|server) (?:e )?(?:al momento |temporaneamente )?non (?:e )?disponibile|troppe richieste
        |errore di (?:rete|connessione|sistema)""",
    "pt": r"""(?:ocorreu|houve|aconteceu) um (?:erro|problema)(?: (?:inesperado|desconhecido|interno))?
            (?: (?:ao|durante)\b[^.!?\n]{1,60})?|algo (?:deu|correu) (?:errado|mal)|erro interno(?: do servidor)?
        |(?:a )?(?:solicitacao|requisicao|conexao|ligacao|pedido) (?:falhou|expirou|foi recusada)
            |tempo (?:de espera )?esgotado
        |(?:o )?(?:servico|servidor) (?:esta )?(?:temporariamente )?indisponivel
        |muitas (?:solicitacoes|requisicoes)|erro de (?:rede|conexao|ligacao)""",
    "nl": r"""er is (?:helaas )?(?:een )?(?:onverwachte |onbekende |interne )?(?:fout|iets)(?: (?:mis|fout|verkeerd))?
            (?: ?(?:opgetreden|gegaan|gelopen))(?: (?:bij|tijdens)\b[^.!?\n]{1,60})?|er (?:ging|gaat) iets (?:mis|fout)
        |interne serverfout|(?:de )?(?:aanvraag|verbinding|verzoek) (?:is )?(?:mislukt|verlopen|geweigerd|verbroken)
        |(?:de )?(?:dienst|server|service) is (?:tijdelijk |momenteel )?(?:niet (?:beschikbaar|bereikbaar)|overbelast)
        |te veel (?:verzoeken|aanvragen)|(?:netwerk|verbindings)fout|time-?out (?:bij|van) de (?:verbinding
            |aanvraag)""",
    "pl": r"""(?:wystapil|pojawil sie) (?:nieoczekiwany |nieznany |wewnetrzny )?(?:blad|problem)(?: (?:serwera|sieci))?
            (?: (?:podczas|przy)\b[^.!?\n]{1,60})?|cos poszlo nie tak|wewnetrzny blad serwera|blad (?:sieci
            |polaczenia|serwera)
        |(?:zadanie|polaczenie) (?:nie powiodlo sie|zostalo (?:odrzucone|przerwane))
            |przekroczono (?:limit )?czasu?(?: \w+)?
        |(?:usluga|serwer) (?:jest )?(?:chwilowo |tymczasowo )?niedostepn[ay]|zbyt wiele zadan""",
}  # fmt: skip


def is_error_line(text: str) -> bool:
    """Whether the whole text is the line that a program shows when something failed."""
    return len(text) <= 300 and _pattern().fullmatch(fold(text).text.casefold()) is not None


@cache
def _pattern() -> re.Pattern[str]:
    lines = "|".join(re.sub(r"\n +", "", line) for line in LINES.values())
    return re.compile(rf"{BEFORE}(?:{lines}){AFTER}", re.DOTALL)
