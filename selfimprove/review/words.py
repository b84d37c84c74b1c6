"""Names of the house in a person's words."""

from datetime import date, datetime

from selfimprove.charts import number

EVIDENCE = {
    "implicit:approval": "that you seemed content",
    "implicit:retry": "that the question was asked again",
    "implicit:correction": "that you seemed to correct it",
    "judge": "what the judge says",
    "confidence": "how sure the model was",
    "gain": "what learning changed about it",
    "relevance": "how near the answer is to the question",
    "finding:empty": "that it says nothing",
    "finding:truncated": "that it stops early",
    "finding:looping": "that it goes round in circles",
    "finding:other_language": "that it changes language",
    "finding:repeats_question": "that it repeats the question",
    "finding:contradicts_itself": "that it contradicts itself",
    "finding:empty_promise": "that it promises and does nothing",
}
LANGUAGES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "zh": "Chinese",
}  # fmt: skip
ACTIONS = {"promoted": "promoted", "rolled_back": "went back to", "vetoed": "vetoed"}
ANSWERS = ("answers now", "good")
STANDINGS = {
    "champion": ("promoted, answers nobody now", "open"), "waiting": ("waits for your yes", "open"),
    "vetoed": ("vetoed", "bad"),
    "forgotten": ("unlearned: it knew what was forgotten", "bad"), "promote": ("answered before", "plain"),
    "reject": ("turned down", "bad"), "not_enough_evidence": ("not enough evidence", "open"),
}  # fmt: skip
TABLES = {
    "chats": "chats", "feedback": "ratings and corrections", "rejections": "notes why a chat was left out",
    "redacted_chats": "redacted copies", "sketches": "fingerprints against repeats", "filtered_chats": "kept chats",
    "embeddings": "embeddings", "critiques": "scored answers", "examples": "lessons",
    "dataset_examples": "places in datasets", "memories": "remembered facts", "eval_examples": "test questions",
    "eval_results": "test answers", "golden_chats": "pinned chats", "excluded_chats": "exclusions",
}  # fmt: skip


def evidence_in_words(name: str) -> str:
    """A piece of evidence, as the object of "it counts …"."""
    return EVIDENCE.get(name, "that “" + name.removeprefix("finding:").replace("_", " ") + "” was found")


def language(code: str | None) -> str:
    """A language's name; a short text has none."""
    return LANGUAGES.get(code or "", code or "an unknown language")


def moment(at: datetime) -> str:
    """A time as people read it."""
    return f"{at.day} {at:%B %Y, %H:%M}"


def day(one: date) -> str:
    """A day as people read it."""
    return f"{one.day} {one:%B %Y}"


def counted(number_: int, name: str) -> str:
    """A number with what it counts."""
    return f"{number(number_)} {name if number_ == 1 else name + 's'}"


def size(amount: float) -> str:
    """Bytes as people read them."""
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
