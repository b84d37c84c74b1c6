"""Dagster's web server on a socket of the state folder: the gateway stands before it, and tells who may change what.

`python -m selfimprove.dagster_webserver -w workspace.yaml`, started by stack.py in the state folder.
"""

import sys
from typing import Any

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

SOCKET = "gateway/dagster.sock"  # in the state folder; said from there, since a socket's path may be no longer than 100
PREFIX = "/dagster"
MAY_CHANGE = "x-selfimprove-may-change"  # a header that the gateway sets, and lets nobody else set


class Workspace(WorkspaceProcessContext):
    """Read-only, but for those of whom the gateway says otherwise: Dagster's pages then offer what they may do."""

    def create_request_context(self, source: Any = None) -> WorkspaceRequestContext:
        """What one request may see and do."""
        context = super().create_request_context(source)
        context._read_only = getattr(source, "headers", {}).get(MAY_CHANGE) != "yes"
        return context


def main(workspace: str) -> None:
    """Serve until a signal ends it."""
    import uvicorn
    from dagster_webserver.app import create_app_from_workspace_process_context

    with dg.DagsterInstance.get() as instance:
        instance.optimize_for_webserver(statement_timeout=15_000, pool_recycle=3600, max_overflow=20)
        target = WorkspaceFileTarget([workspace])
        with Workspace(instance, workspace_load_target=target, version=dg.__version__, read_only=True) as context:
            app = create_app_from_workspace_process_context(context, PREFIX)
            uvicorn.run(app, uds=SOCKET, log_level="warning", timeout_keep_alive=75, timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main(sys.argv[-1])
