"""`selfimprove chat`"""

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from selfimprove.options import Number
from selfimprove.settings import current

if TYPE_CHECKING:
    from selfimprove.talk.conversation import Conversation


@click.command()
@click.argument("question", required=False)
@click.option("--model", default="selfimprove", show_default=True, help='Who is asked: an adapter\'s id, or "base".')
@click.option("--system", help="What the model is told before anything else.")
@click.option("--temperature", type=Number(0, 2), help="0 gives the same answer each time.")
@click.option("--max-tokens", type=click.IntRange(1), help="How long an answer may get.")
@click.option("--token", envvar="SELFIMPROVE_TOKEN", help="Of the gateway, where it has any; or SELFIMPROVE_TOKEN.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the answer, and what it is called.")
def chat(
    question: str | None, model: str, system: str | None, as_json: bool, token: str | None, **options: Any
) -> None:
    """Talk to the model; it learns from it. /help there tells how to rate, correct, compare and forget.

    With QUESTION, or one on standard input, it prints the answer alone.

    Example: selfimprove chat

    Example: echo "What is my bedtime?" | selfimprove chat
    """
    from selfimprove.talk import talk
    from selfimprove.talk.conversation import Conversation
    from selfimprove.talk.line import Line
    from selfimprove.talk.screen import Terminal
    from selfimprove.talk.verbs import Talk

    asked = question if question is not None else None if sys.stdin.isatty() else sys.stdin.read()
    if (asked is None and as_json) or (asked is not None and not asked.strip()):
        raise click.UsageError("There is no question: give one as argument, or on standard input.")
    given = {name: value for name, value in options.items() if value is not None}
    with closing(Line(current().gateway_url, token)) as line:
        conversation = Conversation(line, model, system, given)
        if asked is not None:
            _once(conversation, asked.strip(), as_json)
        else:
            line.models()  # a gateway that is down is told of before anything is typed
            talk.converse(Talk(conversation, Terminal(), _forget))


def _once(conversation: "Conversation", asked: str, as_json: bool) -> None:
    from selfimprove.talk import talk
    from selfimprove.talk.screen import Terminal

    answer = talk.once(conversation, asked, None if as_json else Terminal())
    click.echo(json.dumps(answer.as_json()) if as_json else "")
    if not answer.is_kept:
        click.echo("This exchange is not kept: `selfimprove doctor` says why.", err=True)


def _forget(chats: Sequence[str], copies: bool, dry_run: bool) -> str:
    from selfimprove.talk.take_back import take_back

    return take_back(current(), chats, copies=copies, dry_run=dry_run)
