"""One question and its answer, or a whole conversation at a terminal."""

from selfimprove.errors import SelfImproveError
from selfimprove.talk.conversation import Conversation
from selfimprove.talk.line import Answer
from selfimprove.talk.screen import Screen
from selfimprove.talk.verbs import Talk, carry_out


def once(conversation: Conversation, text: str, screen: Screen | None) -> Answer:
    """The answer to one question, shown as it comes where there is a screen.

    Raises:
        GatewayDown, GatewayWentAway, GatewayRefused: there is none.
    """
    with conversation.ask(text) as pieces:
        for piece in pieces:
            if screen:
                screen.show(piece)
    return conversation.last or Answer("", "", "")


def converse(talk: Talk) -> None:
    """Read, answer, and read again, until the end of input or /quit; what goes wrong is told, and ends nothing."""
    talk.screen.note("/help lists what else you can say.")
    while True:
        try:
            said = talk.screen.read()
            if said is None or not _heard(talk, said):
                return
        except KeyboardInterrupt:
            talk.screen.note("\n/quit or Ctrl-D ends.")
        except SelfImproveError as exc:
            talk.screen.note(f"Error: {exc}")


def _heard(talk: Talk, said: str) -> bool:
    if said.startswith("/") and not said.startswith("//"):
        return carry_out(talk, said)
    if said.strip():
        _answer(talk, said.removeprefix("/") if said.startswith("//") else said)
    return True


def _answer(talk: Talk, text: str) -> None:
    conversation = talk.conversation
    before = conversation.last
    try:
        once(conversation, text, talk.screen)
    except KeyboardInterrupt:
        talk.screen.show("\n")
        talk.screen.note("Stopped.")
        return
    talk.screen.show("\n")
    last = conversation.last
    if last is before or last is None:
        talk.screen.note("There was no answer.")
    elif last.finish == "length":
        talk.screen.note("It was cut off: --max-tokens allows more.")
    if last and not last.is_kept:
        talk.screen.note("This exchange is not kept: `selfimprove doctor` says why.")
