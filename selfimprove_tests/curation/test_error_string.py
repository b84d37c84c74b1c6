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
