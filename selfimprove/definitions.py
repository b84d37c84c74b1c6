"""All of it, handed to Dagster in the order data flows."""

import warnings

import dagster as dg

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # backfill_policy and owners are beta, and meant

from selfimprove import automation, resources, settings  # noqa: E402
from selfimprove.adapters import assets as adapters  # noqa: E402
from selfimprove.adapters import checks as adapter_checks
from selfimprove.chats import assets as chats  # noqa: E402
from selfimprove.chats import checks as chat_checks
from selfimprove.critiques import assets as critiques  # noqa: E402
from selfimprove.critiques import checks as critique_checks
from selfimprove.curation import assets as curation  # noqa: E402
from selfimprove.curation import checks as curation_checks
from selfimprove.datasets import assets as datasets  # noqa: E402
from selfimprove.datasets import checks as dataset_checks
from selfimprove.evals import assets as evals  # noqa: E402
from selfimprove.evals import checks as eval_checks
from selfimprove.privacy import assets as privacy  # noqa: E402
from selfimprove.privacy import checks as privacy_checks
from selfimprove.promotion import assets as promotion  # noqa: E402
from selfimprove.promotion import checks as promotion_checks
from selfimprove.reports import assets as reports  # noqa: E402
from selfimprove.reports import checks as report_checks

ROOMS = [chats, privacy, curation, critiques, datasets, adapters, evals, promotion, reports]
CHECKS = [
    chat_checks, privacy_checks, curation_checks, critique_checks, dataset_checks,
    adapter_checks, eval_checks, promotion_checks, report_checks,
]

defs = dg.Definitions(
    assets=[asset for room in ROOMS for asset in dg.load_assets_from_modules([room])],
    asset_checks=dg.load_asset_checks_from_modules(CHECKS),
    jobs=automation.JOBS,
    schedules=automation.SCHEDULES,
    sensors=automation.SENSORS,
    resources=dict(resources.from_settings(settings.current())),
)
