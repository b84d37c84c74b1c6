"""Which of the owner's questions go together: those of one conversation, and those that have one answer.

What a training does to a fact it does to all its wordings, in whatever chats they stand. Counted one by one they would
be evidence several times over.
"""

from collections.abc import Iterable, Sequence

from selfimprove.curation.sketch import normalise


def together(chats: Sequence[str], answers: Sequence[str], pairs: Iterable[tuple[int, int]] = ()) -> list[str]:
    """A name for each question's group, given each one's conversation and right answer, in the same order.

    Groups are the connected components of both, so that a conversation with two facts joins what asks for either, and
    of `pairs` of places.
    """
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    members = [f"chat {chat}" for chat in chats]
    for member, answer in zip(members, answers, strict=True):
        one, other = sorted((find(member), find(f"answer {normalise(answer)}")))
        leader[other] = one
    for pair in pairs:
        one, other = sorted(find(members[at]) for at in pair)
        leader[other] = one
    return [find(member) for member in members]
