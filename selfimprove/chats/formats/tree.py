"""Conversations stored as trees: every edit and every new answer is a branch, one leaf is current."""

from collections.abc import Mapping
from typing import Any

from selfimprove.chats.unreadable import Unreadable


def branch(nodes: Mapping[str, Any], leaf: str, parent_key: str, root: str | None = None) -> list[dict[str, Any]]:
    """The nodes from the root down to a leaf, following parents up; `root` is what a first message has for a parent.

    Raises:
        Unreadable: broken_tree, when a parent is missing or the way up goes in a circle.
    """
    path: list[dict[str, Any]] = []
    current: object = leaf
    while current is not None and current != root:
        node = nodes.get(current) if isinstance(current, str) else None
        if not isinstance(node, dict) or len(path) == len(nodes):
            raise Unreadable("broken_tree", f"{len(path)} messages above the current one")
        path.append(node)
        current = node.get(parent_key)
    return path[::-1]


def newest(nodes: Mapping[str, Mapping[str, Any]], parent_key: str, time_key: str) -> str:
    """The leaf that was written last, where an export does not tell which branch was shown.

    Raises:
        Unreadable: broken_tree, when each message is above another one.
    """
    above = {node.get(parent_key) for node in nodes.values()}
    leaves = [key for key in nodes if key not in above]
    if not leaves:
        raise Unreadable("broken_tree", "the tree has no leaf")
    times = [nodes[key].get(time_key) for key in leaves]
    written = [(time if isinstance(time, str) else "", place) for place, time in enumerate(times)]
    return leaves[max(written)[1]]
