"""Nothing but evidence promotes: not a forged check, a hand-launched asset, a mixed backfill, nor a second try."""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from selfimprove_tests.end_to_end.house import House

SELECTOR = {"repositoryLocationName": "selfimprove", "repositoryName": "__repository__"}
GATES = ("improves_target", "keeps_core", "keeps_history", "is_complete", "did_learn")


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


def champion(house: House) -> Any:
    return json.loads(house.run("promotion", "status", "--json").stdout)["champion"]


@pytest.fixture
def refused(house: House) -> House:
    """A house after a night whose adapter learned next to nothing and was refused."""
    little = ("--set", "lora_adapter.steps=1", "--set", "training_dataset.replay=20")
    done = house.run("night", "--sample", "--json", *little)
    assert done.returncode in (3, 4), done.stderr
    assert json.loads(done.stdout)["outcome"] in ("rejected", "not_enough_evidence")
    return house


def test_only_evidence_promotes(refused: House) -> None:
    night_run = json.loads(refused.run("status", "--json").stdout)["last_night"]["run_id"]
    refused.up()
    web = Web(refused)
    for gate in GATES:
        web.forge(gate)
    assert web.wait(web.launch(["promoted_adapter"])) == "FAILURE"
    assert champion(refused) is None
    assert web.wait(web.again(night_run)) == "FAILURE"
    assert champion(refused) is None
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    web.wait_backfill(web.backfill(["chat_logs", "promoted_adapter"], [yesterday]))
    assert champion(refused) is None
    decision = json.loads(refused.run("promotion", "status", "--json").stdout)["last_decision"]
    assert decision["decision"] in ("reject", "not_enough_evidence")
