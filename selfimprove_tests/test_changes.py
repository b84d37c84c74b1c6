"""What `selfimprove night --set` takes, and what it refuses before a night begins."""

import click
import pytest
from click.testing import CliRunner

from selfimprove import changes
from selfimprove.cli import tree

pytestmark = pytest.mark.filterwarnings("ignore::dagster.BetaWarning")


def test_changes_are_run_config_by_asset() -> None:
    given = ["lora_adapter.method=dora", "training_dataset.replay=2000", "lora_adapter.rank=8"]
    assert changes.read(given) == {
        "ops": {
            "lora_adapter": {"config": {"method": "dora", "rank": 8}},
            "training_dataset": {"config": {"replay": 2000}},
        }
    }
    assert changes.read([]) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("lora_adapter.steps=0", "lora_adapter.steps is 0: Input should be greater than or equal to 1"),
        ("lora_adapter.rank=-4", "greater than or equal to 1"),
        ("lora_adapter.learning_rate=NaN", "lora_adapter.learning_rate is nan"),
        ("lora_adapter.method=full", "lora_adapter.method is 'full'"),
        ("training_dataset.new_share=1", "training_dataset.new_share is 1: Input should be less than 1"),
        ("training_dataset.synthetic=-0.5", "greater than or equal to 0"),
        ("training_dataset.floor=0", "greater than 0"),
        ("training_dataset.replay=many", "training_dataset.replay is 'many'"),
        ("training_dataset.replays=3", "training_dataset has no 'replays'; it has threshold, replay,"),
        ("chat_logs.replay=3", "'chat_logs' has nothing to change"),
        *((odd, f"{odd!r} is not ASSET.FIELD=VALUE") for odd in ("replay=3", "lora_adapter.steps", "=3", "a.b=")),
    ],
)
def test_what_no_night_could_be_spent_with_is_refused_at_once(change: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        changes.read([change])
    assert said in caught.value.message


def test_the_command_says_so_and_starts_nothing() -> None:
    done = CliRunner().invoke(tree, ["night", "--set", "lora_adapter.steps=0"])
    assert done.exit_code == 2
    assert "Invalid value for --set: lora_adapter.steps is 0" in done.output
