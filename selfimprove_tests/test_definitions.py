"""What the web interface shows of every asset before it was ever made."""

import dagster as dg
import pytest

from selfimprove.definitions import ROOMS, defs

SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_there_is_an_asset_for_every_room() -> None:
    assert sorted(str(spec.group_name) for spec in SPECS.values()) == sorted(ROOMS)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_an_asset_has_its_room_kinds_table_columns_and_one_sentence(name: str) -> None:
    spec = SPECS[name]
    assert spec.kinds
    assert str(spec.metadata["dagster/table_name"]).startswith("selfimprove.")
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert schema.columns
    assert spec.description is not None
    assert spec.description.count(". ") == 0
    assert spec.description.endswith(".")
