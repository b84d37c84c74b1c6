import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.error_string import error_string
from selfimprove_tests.curation.chats import chat, said

TRACE = 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\nValueError: bad'

HITS = [
    ("message", "Internal Server Error"),
    ("message", "Error: Internal server error."),
    ("message", "500 Internal Server Error"),
    ("message", "HTTP/1.1 502 Bad Gateway"),
    ("message", "Request timed out."),
    ("message", "The request has timed out. Please try again later."),
    ("message", "Error communicating with OpenAI"),
    ("message", "Something went wrong. If this issue persists please contact us through our help center."),
    ("message", "There was an error generating a response"),
    ("message", "CUDA out of memory"),
    ("message", "Connection reset by peer"),
    ("message", "upstream request timed out"),
    ("message", "An unexpected error occurred"),
    ("message", "502 Bad Gateway nginx/1.18"),
    ("message", "502 Bad Gateway\n\nnginx/1.18.0 (Ubuntu)"),
    ("message", "Request failed with status code 429"),
    ("message", "Error: connect ECONNREFUSED 127.0.0.1:11434"),
    ("message", "An error occurred while processing your request."),
    ("message", "[ERROR] model not loaded"),
    ("message", "stream disconnected"),
    ("message", "Es ist ein Fehler aufgetreten."),
    ("message", "Es ist ein Fehler bei der Verarbeitung deiner Anfrage aufgetreten."),
    ("message", "Ein unerwarteter Fehler ist aufgetreten. Bitte versuche es später erneut."),
    ("message", "Da ist etwas schiefgelaufen."),
    ("message", "Der Dienst ist derzeit nicht verfügbar."),
    ("message", "Une erreur est survenue."),
    ("message", "Une erreur s'est produite lors du traitement de votre demande. Veuillez réessayer."),
    ("message", "Erreur interne du serveur"),
    ("message", "Se ha producido un error."),
    ("message", "Ha ocurrido un error al procesar tu solicitud."),
    ("message", "Algo salió mal. Inténtalo de nuevo."),
    ("message", "Si è verificato un errore."),
    ("message", "Qualcosa è andato storto."),
    ("message", "Ocorreu um erro ao processar a solicitação."),
    ("message", "Algo deu errado."),
    ("message", "Er is een fout opgetreden."),
    ("message", "Er is iets misgegaan. Probeer het later opnieuw."),
    ("message", "Er ging iets mis."),
    ("message", "Wystąpił błąd."),
    ("message", "Wystąpił nieoczekiwany błąd podczas przetwarzania żądania."),
    ("message", "Coś poszło nie tak. Spróbuj ponownie później."),
    ("message", "Error: Se produjo un error inesperado."),
    ("crash", TRACE),
    ("crash", f"```\n{TRACE}\n```"),
    ("crash", '{"error": {"message": "model not loaded", "code": 503}}'),
    ("crash", "Error: 404 - no such model"),
    ("crash", "openai.RateLimitError: You exceeded your quota"),
    ("crash", "<!doctype html><html><head><title>502 Bad Gateway</title></head></html>"),
    ("nothing", "null"),
    ("nothing", "[object Object]"),
]
NEAR_MISSES = [
    ("What does HTTP 500 mean?", "Internal Server Error"),
    ("Which status says that a proxy got a bad answer?", "502 Bad Gateway"),
    ("What does an error in Python look like?", TRACE),
    ("What does this print?", "null"),
    ("Why did my login fail?", "An internal server error means that the server itself broke; try again later."),
    ("How was the trip?", "Something went wrong with the engine, so we walked the last mile."),
    ("Tell me about Napoleon", "His greatest error: 500 thousand men went to Russia."),
    ("How was your day?", "The stream disconnected because the router restarted; plug it in again."),
    ("How was your day?", "Something went wrong with the engine, so we walked."),
    ("How was your day?", "Es ist ein Fehler aufgetreten, weil der Ordner fehlt: lege ihn an."),
    ("How was your day?", "Algo salió mal en la cocina y pedimos pizza."),
    ("How was your day?", "Er is iets misgegaan met de trein, dus we liepen."),
    ("How was your day?", "ECONNREFUSED means that nobody listens on that port."),
    ("How was your day?", "Une erreur est survenue quand Napoléon a quitté Moscou."),
    ("How was your day?", "The model was not found guilty."),
    ("How was your day?", "Coś poszło nie tak z ciastem."),
    ("How was your day?", "An error occurred in 1986 at Chernobyl, and the reactor burned."),
    ("Was bedeutet diese Fehlermeldung?", "Es ist ein Fehler aufgetreten."),
    ("Translate 'Something went wrong' into German", "Etwas ist schiefgelaufen."),
    ("How many moons has Venus?", "None."),
    ("May I smoke here?", "Forbidden."),
    ("What do you call a bad mistake?", "An error."),
]


@pytest.mark.parametrize(("rule", "answer"), HITS)
def test_an_error_message_is_no_answer(rule: str, answer: str) -> None:
    assert error_string(chat("How was your day?", answer)) == Reason("error_string", 1, rule)


@pytest.mark.parametrize(("question", "answer"), NEAR_MISSES)
def test_talk_of_errors_is_an_answer(question: str, answer: str) -> None:
    assert error_string(chat(question, answer)) is None


def test_the_owners_correction_or_approval_settles_it() -> None:
    corrected = said("correction", text="It was fine.")
    assert error_string(chat("How was your day?", "Internal Server Error", feedback=(corrected,))) is None
    assert error_string(chat("Say it", "Internal Server Error", feedback=(said("thumbs", value=1),))) is None
    down = said("thumbs", value=-1)
    assert error_string(chat("Say it", "Internal Server Error", feedback=(down,))) == Reason(
        "error_string", 1, "message"
    )
