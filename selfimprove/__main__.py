"""`python -m selfimprove` is `selfimprove`."""

from selfimprove.cli import main

main()
