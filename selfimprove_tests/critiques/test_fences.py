"""Code blocks and the prose around them."""

from selfimprove.critiques.fences import Block, split


def test_blocks_and_prose_are_told_apart():
    found = split("Try:\n```Python\nx = 1\n\ny = 2\n```\nor\n  ```\n  z\n  ```\nDone.")
    assert found.blocks == (Block("python", "x = 1\n\ny = 2"), Block("", "  z"))
    assert (found.prose, found.is_open) == ("Try:\nor\nDone.", False)


def test_an_open_block_is_neither():
    found = split("Try:\n```python\nx = 1")
    assert (found.blocks, found.prose, found.is_open) == ((), "Try:", True)


def test_ticks_with_words_after_them_do_not_close():
    assert split("```md\n```python\nx\n```").blocks == (Block("md", "```python\nx"),)


def test_ticks_in_a_line_are_prose():
    assert split("Use `x` and ```y``` here").prose == "Use `x` and ```y``` here"


def test_ten_thousand_openings_take_no_time():
    assert split("```python\n" * 10_000).is_open
