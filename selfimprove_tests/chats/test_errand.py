"""What a client asks on its own behalf is told from what a person asks, also where both speak of titles."""

import time

import pytest

from selfimprove.chats.chat import Message
from selfimprove.chats.errand import is_errand
from selfimprove.curation.reason import Reason
from selfimprove.curation.reject import reject
from selfimprove_tests.curation.chats import chat

HISTORY = "<chat_history>\nUSER: My bike is red.\nASSISTANT: Noted.\n</chat_history>"
ERRANDS = [
    f"### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Guide:\n{HISTORY}",
    f"### Task:\n\nSuggest 3-5 relevant follow-up questions that the user might ask next.\n### History:\n{HISTORY}",
    f"### Task:\nAnalyze the chat history to determine the necessity of generating search queries.\n{HISTORY}\n",
    "### Task:\nYou are an autocompletion system. Continue the text in `<text>`.\n<text>My bike</text>",
    "Provide a concise, 5-word-or-less title for the conversation, using title case conventions.\n\nConversation:\nHi",
    "Analyze this conversation and provide:\n1. The detected language of the conversation\n2. A concise title\n\nHi",
    "Available Tools: [{'name': 'weather'}]\n\nYour task is to choose and return the correct tool(s) from the list.",
]
ASKED = [
    "### Task:\nRespond to the user query using the provided context.\n<context>\nBikes.\n</context>\n<user_query>",
    "### Task:\nWrite a concise title for my talk on bikes.",
    "Provide a concise title for the conversation that I had with my boss: she said that I may stay.",
    "What does <chat_history> mean in a prompt?\n### Task: and </chat_history>?",
    "Generate 3-5 word titles for a blog on bikes.",
    "Available Tools: a hammer, a saw, a drill. Which is the correct tool for a shelf?",
    "Your task is to choose and return the correct tool(s) from the list: Available Tools: hammer, saw.",
]  # fmt: skip


@pytest.mark.parametrize("text", ERRANDS)
def test_a_clients_own_request_is_known_and_left_out(text: str) -> None:
    assert is_errand([Message("user", text)])
    assert is_errand([Message("system", "You are kind."), Message("user", text)])
    assert is_errand([Message("system", text), Message("user", "Hi")])
    assert reject(chat(text, "Red Bike")) == Reason("errand", 0)


@pytest.mark.parametrize("text", ASKED)
def test_what_a_person_asks_stays(text: str) -> None:
    assert not is_errand([Message("user", text)])
    assert reject(chat(text, "Here you are: a red bike for the whole family.")) is None


def test_it_takes_no_longer_than_a_text_is_long() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        assert not is_errand([Message("user", text)])
        return time.process_time() - began

    usual = max(seconds("What is a bike? " * 200_000), 1e-3)
    tools = "Available Tools: " + "Your task is to choose and return" * 90_000
    for hostile in ("### Task: " + "<chat_history>" * 200_000, " " * 3_000_000, "### Task:" * 300_000, tools):
        assert seconds(hostile) < 50 * usual


def test_a_chat_in_which_one_is_quoted_later_stays() -> None:
    assert reject(chat("What is a bike?", "A bicycle.", ERRANDS[0], "That is how a title is asked for.")) is None
    assert not is_errand([])
