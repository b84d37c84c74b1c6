"""The suites of real models: what was written by hand, the templates of the rest, and what puts them together.

A template draws from a generator of its own, so that a new one leaves the others' items as they are.
"""
