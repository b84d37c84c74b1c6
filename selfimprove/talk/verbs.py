"""What may be said to the program and not to the model: a line that begins with a slash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selfimprove.gateway.ask import UPSTREAM
from selfimprove.talk.conversation import WHOEVER, Conversation
from selfimprove.talk.line import Answer, named
from selfimprove.talk.screen import Screen

NOTHING = "Nothing was answered yet."
MORE = (
    "/quit     End; Ctrl-D does too.",
    'Several lines: end each but the last with \\, or put """ on a line before and after them.',
    "Ctrl-C stops an answer.",
)
COPIES = "--copies"  # as the command has it, whose words a forgetting is told in
Forget = Callable[[Sequence[str], bool, bool], str]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation on a screen; `forget` takes chats back, their copies too if it is asked that, and tells what went;
    or what would.
    """

    conversation: Conversation
    screen: Screen
    forget: Forget


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb's name, what it does, and how; it is given what follows it."""

    name: str
    help: str
    do: Callable[[Talk, str], None]


def carry_out(talk: Talk, line: str) -> bool:
    """Do what a line that begins with a slash says; False when the talk is over."""
    name, _, rest = line[1:].strip().partition(" ")
    if name in ("quit", "exit", "q"):
        return False
    verb = next((verb for verb in VERBS if verb.name == name), None)
    if verb is None:
        talk.screen.note(f"There is no /{name}. /help lists what there is; a question may begin with two slashes.")
    else:
        verb.do(talk, rest.strip())
    return True


def good(talk: Talk, _: str) -> None:
    """A thumb up for the last answer."""
    _react(talk, thumbs="up")


def bad(talk: Talk, why: str) -> None:
    """A thumb down for the last answer, with a comment where one is given."""
    _react(talk, thumbs="down", **({"comment": why} if why else {}))


def fix(talk: Talk, better: str) -> None:
    """The answer as it should have been."""
    last = _last(talk)
    if last is None:
        return
    correction = better or talk.screen.edit(last.text)
    if correction and correction.strip() != last.text.strip():
        _react(talk, correction=correction)
    else:
        talk.screen.note("Nothing was changed.")


def forget(talk: Talk, more: str) -> None:
    """Take this chat back for ever, with all that came of it; with `--copies` whatever says the same, too."""
    chats = sorted(talk.conversation.chats)
    if not chats:
        talk.screen.note(NOTHING)
        return
    copies = more == COPIES
    talk.screen.note(talk.forget(chats, copies, True))  # its other states go too, and an adapter that learned from one
    if talk.screen.confirm("Forget it for ever?"):
        talk.screen.note(talk.forget(chats, copies, False))
        talk.conversation.begin_anew()
    else:
        talk.screen.note("It is kept.")


def adapter(talk: Talk, wanted: str) -> None:
    """Who answers, or who is to answer from now on."""
    conversation = talk.conversation
    others = conversation.line.models()
    if wanted:
        found = [name for name in (*others, "base") if name == wanted or (len(wanted) >= 4 and name.startswith(wanted))]
        if len(set(found)) != 1:
            talk.screen.note(f"{'Several' if found else 'None'} of those who can be asked are called {wanted}.")
            return
        conversation.model = found[0]
    if conversation.last:
        talk.screen.note(f"The last answer was {conversation.last.who}'s.")
    talk.screen.note(f"Asked is {_told(conversation.model)}; there are {', '.join(map(_told, others))}.")


def compare(talk: Talk, other: str) -> None:
    """The last answer beside another's to the same question."""
    last = _last(talk)
    rival = other or (_rival(talk, last) if last else None)
    if last is None:
        return
    if rival is None:
        talk.screen.note("The base model answered, and there is no other. /compare ID names an adapter.")
        return
    with talk.conversation.ask_another(rival) as (answer, pieces):
        for _ in pieces:
            pass
    talk.screen.beside([(last.who, last.text), (answer.who, answer.text)])


def new(talk: Talk, _: str) -> None:
    """Begin a new chat."""
    talk.conversation.begin_anew()
    talk.screen.note("A new chat.")


def help(talk: Talk, _: str) -> None:
    """All of these."""
    rows = [f"/{verb.name:9}{verb.help}" for verb in VERBS]
    talk.screen.note("\n".join([*rows, *MORE]))


VERBS = (
    Verb("good", "The last answer is good.", good),
    Verb("bad", "The last answer is not; /bad WHY says why.", bad),
    Verb("fix", "Write the answer as it should have been, in $EDITOR, or behind /fix.", fix),
    Verb("compare", "The last answer beside the challenger's or base model's, or beside that of ID.", compare),
    Verb("adapter", "Who answers; /adapter ID, base or selfimprove chooses.", adapter),
    Verb("new", "Begin a new chat.", new),
    Verb("forget", "Take this chat back for ever, with all that came of it; --copies: what says the same, too", forget),
    Verb("help", "This.", help),
)


def _last(talk: Talk) -> Answer | None:
    if talk.conversation.last is None:
        talk.screen.note(NOTHING)
    return talk.conversation.last


def _react(talk: Talk, **word: str) -> None:
    last = _last(talk)
    if last is not None:
        status = talk.conversation.line.react(last.id, **word)
        talk.screen.note("Noted." if status == "kept" else "Noted; it counts once the answer is stored.")


def _rival(talk: Talk, last: Answer) -> str | None:
    """The challenger or champion beside the one who answered, else the base model, unless that answered."""
    adapters = [name for name in talk.conversation.line.models()[2:] if name != last.adapter]
    if adapters:
        return adapters[0]
    return "base" if last.adapter not in ("base", UPSTREAM) else None


def _told(model: str) -> str:
    if model == WHOEVER:
        return f"{WHOEVER} (whoever was promoted)"
    is_id = len(model) == 64 and set(model) <= set("0123456789abcdef")
    return named(model) if is_id or model == "base" else model
