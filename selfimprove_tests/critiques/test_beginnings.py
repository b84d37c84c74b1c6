"""Conversations that begin as others do are found in them."""

from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats.chat import Message
from selfimprove.critiques.beginnings import wholes

TURNS = st.lists(st.sampled_from("ab").map(lambda text: Message("user", text)), min_size=1, max_size=4).map(tuple)


@given(st.lists(TURNS, max_size=12))
def test_every_conversation_is_in_one_whole_and_no_whole_in_another(conversations):
    found = wholes(conversations)
    places = {number: (one, end) for one in found for end, numbers in one.ends.items() for number in numbers}
    assert places.keys() == set(range(len(conversations)))
    assert all(one.messages[: end + 1] == conversations[number] for number, (one, end) in places.items())
    said = [one.messages for one in found]
    assert not any(one[: len(other)] == other for one in said for other in said if one is not other)


def test_a_chats_answers_are_in_one():
    chat = tuple(Message("user", str(number)) for number in range(6))
    [whole] = wholes([chat[:2], chat, chat[:4], chat[:2]])
    assert whole.messages == chat
    assert whole.ends == {1: [0, 3], 3: [2], 5: [1]}
