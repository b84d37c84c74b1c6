"""Whoever would promote an adapter without evidence: by Dagster's own interface, as an attacker or a hasty owner."""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from selfimprove_tests.end_to_end.house import House

SELECTOR = {"repositoryLocationName": "selfimprove", "repositoryName": "__repository__"}
GATES = ("improves_target", "keeps_core", "keeps_history", "is_complete", "did_learn")


def forge(house: House, night_run: str) -> dict[str, Any]:
    """How each attempt ended in a house whose last night was refused, and who was champion after each."""
    web, yesterday = Web(house), (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    for gate in GATES:
        web.forge(gate)
    attempts = {
        "alone, on forged checks": lambda: web.wait(web.launch(["promoted_adapter"])),
        "again, from where it failed": lambda: web.wait(web.again(night_run)),
        "in a backfill": lambda: web.wait_backfill(web.backfill(["chat_logs", "promoted_adapter"], [yesterday])),
    }
    ended = {name: {"ended": attempt(), "champion": promotion(house)["champion"]} for name, attempt in attempts.items()}
    return {"attempts": ended, "decision": promotion(house)["last_decision"]["decision"]}


def promotion(house: House) -> dict[str, Any]:
    """What `promotion status` tells."""
    found: dict[str, Any] = json.loads(house.run("promotion", "status", "--json").stdout)
    return found


class Web:
    """Dagster's own interface, used as an attacker or a hasty owner would."""

    def __init__(self, house: House) -> None:
        self.url = f"http://127.0.0.1:{house.port}"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            found: dict[str, Any] = json.load(answer)
        assert "errors" not in found, found
        return found["data"]

    def forge(self, gate: str) -> None:
        address = f"{self.url}/report_asset_check/eval_report?check_name={gate}&passed=true"
        urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=60).close()

    def launch(self, assets: list[str], tags: dict[str, str] | None = None) -> str:
        selector = {**SELECTOR, "pipelineName": "nightly", "assetSelection": [{"path": [name]} for name in assets]}
        pairs = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        data = self.ask(
            "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename"
            " ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
            p={"selector": {**selector, "assetCheckSelection": []}, "executionMetadata": {"tags": pairs}},
        )["launchRun"]
        assert data["__typename"] == "LaunchRunSuccess", data
        return str(data["run"]["runId"])

    def again(self, run_id: str) -> str:
        data = self.ask(
            "mutation($p: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $p) { __typename"
            " ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
            p={"parentRunId": run_id, "strategy": "FROM_FAILURE"},
        )["launchRunReexecution"]
        assert data["__typename"] == "LaunchRunSuccess", data
        return str(data["run"]["runId"])

    def backfill(self, assets: list[str], days: list[str]) -> str:
        data = self.ask(
            "mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) { __typename"
            " ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }",
            p={"assetSelection": [{"path": [name]} for name in assets], "partitionNames": days},
        )["launchPartitionBackfill"]
        assert data["__typename"] == "LaunchBackfillSuccess", data
        return str(data["backfillId"])

    def status(self, run_id: str) -> str:
        data = self.ask("query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }", id=run_id)
        return str(data["runOrError"]["status"])

    def wait(self, run_id: str) -> str:
        """How a run ended."""
        return self._until(lambda: self.status(run_id), {"SUCCESS", "FAILURE", "CANCELED"})

    def wait_backfill(self, backfill_id: str) -> str:
        query = "query($id: String!) { partitionBackfillOrError(backfillId: $id) {... on PartitionBackfill {status}} }"
        ended = {"COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED"}
        return self._until(lambda: self.ask(query, id=backfill_id)["partitionBackfillOrError"]["status"], ended)

    @staticmethod
    def _until(look: Any, wanted: set[str]) -> str:
        deadline = time.monotonic() + 240
        while (state := look()) not in wanted:
            assert time.monotonic() < deadline, f"still {state}"
            time.sleep(1)
        return str(state)
