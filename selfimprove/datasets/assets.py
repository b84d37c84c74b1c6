"""What tonight trains on, as a Dagster asset."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg
from pydantic import Field

from selfimprove.datasets import look_for_names, start, sweep, table
from selfimprove.datasets.build import Room, build
from selfimprove.datasets.example import SPLITS, Rule
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.routes.assign import Means
from selfimprove.datasets.routes.try_out import in_child
from selfimprove.datasets.second_opinion import Reader
from selfimprove.models.base import Base
from selfimprove.models.embed import embedder
from selfimprove.privacy import names
from selfimprove.privacy.names.tagger import finder
from selfimprove.resources import Database, Home, LanguageModel, ModelProcess

DEFAULT = Rule()
COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("dataset_id", "text", description="sha256 of the manifest"),
        dg.TableColumn("example_id", "text", description="hash of the chat and of what was said"),
        dg.TableColumn("split", "text", description="train, validation, fresh (only tests tonight) or replay"),
        dg.TableColumn("position", "int"),
        dg.TableColumn("weight", "real", description="how likely a replayed one was drawn; null: by lot"),
        dg.TableColumn("drawn_for", "text", description="what was lost that it is like"),
    ]
)
LINEAGE = dg.TableColumnLineage(
    {"example_id": [dg.TableColumnDep("redacted_chats", "messages"), dg.TableColumnDep("critique_scores", "score")]}
)
PRACTISED = dg.TableSchema(
    [
        dg.TableColumn("name", "string", description="what was lost: a slice of a suite, or a task of own questions"),
        dg.TableColumn("knew", "string", description="the earlier model that passed most of it"),
        *(dg.TableColumn(name, "int") for name in ("before", "now", "n")),
        dg.TableColumn("drawn", "int", description="examples like it that are practised again"),
    ]
)
COUNTS = dg.TableSchema([dg.TableColumn("reason", "string"), dg.TableColumn("chats", "int")])


class DatasetConfig(dg.Config):
    """What decides tonight's content."""

    threshold: float = Field(DEFAULT.threshold, ge=0, le=1)
    replay: int = Field(DEFAULT.replay, ge=0)
    remember: int = Field(DEFAULT.remember, ge=0)
    new_share: float = Field(DEFAULT.new_share, ge=0, lt=1)
    most_repeats: int = Field(DEFAULT.most_repeats, ge=1)
    most_share: float = Field(DEFAULT.most_share, gt=0, le=1)
    uncapped: int = Field(DEFAULT.uncapped, ge=0)
    seed: int = DEFAULT.seed
    most_tried: int = Field(DEFAULT.most_tried, ge=0)
    memories_answer: bool = DEFAULT.memories_answer
    synthetic: float = Field(DEFAULT.synthetic, ge=0, lt=1)
    floor: float = Field(DEFAULT.floor, gt=0, le=1)
    drift_share: float = Field(DEFAULT.drift_share, ge=0)
    most_lost: float = Field(DEFAULT.most_lost, ge=0, le=1)
    most_nights: int = Field(DEFAULT.most_nights, ge=0)
    remember_anew: int = Field(DEFAULT.remember_anew, ge=0)
    asked: int = Field(DEFAULT.asked, ge=0)


@dg.asset(
    deps=["critique_scores"],
    group_name="datasets",
    kinds={"python", "postgres"},
    pool="gpu",
    metadata={"dagster/column_schema": COLUMNS, "dagster/table_name": "selfimprove.dataset_examples"},
)
def training_dataset(
    context: dg.AssetExecutionContext,
    config: DatasetConfig,
    database: Database,
    home: Home,
    language_model: LanguageModel,
    secret_scanner: ModelProcess,
    sentence_model: ModelProcess,
) -> dg.MaterializeResult[None]:
    """The frozen, hashed set of examples that tonight trains on and tests with."""
    base = language_model.base()
    room = Room(
        database.connect,
        home.path,
        base,
        context.log.info,
        lambda: readers(secret_scanner, sentence_model),
        lambda: means(base, sentence_model),
    )
    found = build(room, Rule(**config.model_dump()), context.run.run_id)
    context.log.info(found.sentence)
    with database.connect() as connection:
        dataset = table.of_run(connection, context.run.run_id)
    return dg.MaterializeResult(
        metadata={"sentence": found.sentence, "chats": dict(found.counts), **(described(dataset) if dataset else {})},
        data_version=dg.DataVersion(dataset.id if dataset else "nothing to learn"),
    )


@contextmanager
def readers(secret_scanner: ModelProcess, sentence_model: ModelProcess) -> Iterator[Sequence[Reader]]:
    """Who reads every new example once more, ready or getting ready while the block lasts."""
    version = f"{names.VERSION}, from {names.SECOND_LOOK}"
    with secret_scanner.worker() as scanner, sentence_model.worker() as tagger:
        yield [sweep.reader(scanner.do), look_for_names.reader(finder(tagger, names.SECOND_LOOK), version)]


@contextmanager
def means(base: Base, sentence_model: ModelProcess) -> Iterator[Means]:
    """What new lessons are routed by; the process of the readers embeds, and stays theirs."""
    with sentence_model.worker(stays=True) as sentences:
        yield Means(embedder(sentences), in_child(base.folder))


def described(dataset: Dataset) -> dict[str, dg.MetadataValue | dg.TableColumnLineage | str | int]:
    """What the UI shows of a dataset."""
    summary = dataset.manifest["splits"]
    rows = [dg.TableRecord({"split": split, "examples": summary[split]["examples"]}) for split in SPLITS]
    reasons, lost = dataset.manifest["chats"]["rejected"].items(), dataset.manifest["practised"].get("lost", [])
    return {
        "dataset": dataset.id,
        "night": str(dataset.night),
        "cutoff": str(dataset.cutoff),
        "start": start.words(dataset.manifest["start"]),
        "practised": dg.MetadataValue.table([dg.TableRecord(row) for row in lost], PRACTISED),
        "dagster/row_count": sum(part["examples"] for part in summary.values()),
        "splits": dg.MetadataValue.table(rows),
        "left_out": dg.MetadataValue.table(
            [dg.TableRecord({"reason": reason, "chats": n}) for reason, n in reasons], COUNTS
        ),
        "manifest": dg.MetadataValue.json(dict(dataset.manifest)),
        "dagster/column_lineage": LINEAGE,
    }
