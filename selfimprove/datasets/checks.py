"""What must hold before anything is trained, judged from stored rows and files."""

from collections.abc import Iterator

import dagster as dg

from selfimprove.datasets import export, table
from selfimprove.datasets.assets import training_dataset
from selfimprove.datasets.say import TOO_LITTLE
from selfimprove.datasets.verify import CHECKS, verdicts
from selfimprove.resources import Database, Home

DESCRIPTIONS = {
    "has_something_to_learn": "A new example came in since the last night that was decided.",
    "has_enough_examples": "There are enough examples to train on, and some to test with.",
    "splits_are_disjoint": "No chat and no question is on two sides.",
    "nothing_lost": "Chats in = chats in splits + chats left out with a reason.",
    "no_secret_left": "The redactor finds nothing in any example.",
    "export_matches": "The files in the state folder hold what the rows hold, under the manifest's hashes.",
    "was_read_again": "Each second reader that the manifest names has read every example, and found nothing.",
}


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            check, asset=training_dataset.key, blocking=check not in TOO_LITTLE, description=DESCRIPTIONS[check]
        )
        for check in CHECKS
    ],
    name="training_dataset_checks",
)
def training_dataset_checks(
    context: dg.AssetCheckExecutionContext, database: Database, home: Home
) -> Iterator[dg.AssetCheckResult]:
    """Each promise of tonight's dataset, kept or broken; too little to learn from is a warning alone."""
    with database.connect(snapshot=True) as connection:
        found = table.found_in(connection, context.run.run_id)
        dataset = table.of_run(connection, context.run.run_id)
        not_cleared = table.not_cleared(connection, dataset) if dataset else 0
    differences = export.differences(dataset, home.path / "datasets" / dataset.id) if dataset else []
    for verdict in verdicts(found, dataset, differences, not_cleared):
        yield dg.AssetCheckResult(
            check_name=verdict.check,
            asset_key=training_dataset.key,
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.WARN if verdict.check in TOO_LITTLE else dg.AssetCheckSeverity.ERROR,
            description=verdict.sentence,
            metadata=dict(verdict.figures),
        )
