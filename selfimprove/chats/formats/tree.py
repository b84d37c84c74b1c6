"""Conversations stored as trees: every edit and every new answer is a branch, one leaf is current."""

from collections.abc import Mapping
from typing import Any

from selfimprove.chats.unreadable import Unreadable


def branch(nodes: Mapping[str, Any], leaf: str, parent_key: str) -> list[dict[str, Any]]:
    """The nodes from the root down to a leaf, following parents up.

    Raises:
        Unreadable: broken_tree, when a parent is missing or the way up goes in a circle.
    """
    path: list[dict[str, Any]] = []
    current: object = leaf
    while current is not None:
        node = nodes.get(current) if isinstance(current, str) else None
        if not isinstance(node, dict) or len(path) == len(nodes):
            raise Unreadable("broken_tree", f"{len(path)} messages above the current one")
        path.append(node)
        current = node.get(parent_key)
    return path[::-1]
