"""`selfimprove gateway …`: the day's process."""

import click

from selfimprove.settings import current


@click.group()
def gateway() -> None:
    """The day: the server that clients talk to."""


@gateway.command()
def run() -> None:
    """Answer clients in the foreground until Ctrl-C, without Dagster; `selfimprove up` does it beside everything else.

    Example: SELFIMPROVE_GATEWAY_PORT=4700 selfimprove gateway run
    """
    from selfimprove import day

    day.run(current())
