"""Morning reports: a file each, and a row that says where it is and what it says."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markupsafe import escape

from selfimprove import postgres
from selfimprove.postgres import Connection
from selfimprove.reports import morning, tell
from selfimprove.reports.night import Night
from selfimprove.settings import private


@dataclass(frozen=True, slots=True)
class MorningReport:
    """One report; `url` is the HTML file's, `run_id` the run of the night it tells about."""

    run_id: str
    night: date
    outcome: str
    sentence: str
    url: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file is on this machine."""
        return Path(unquote(urlsplit(self.url).path))


def write(folder: Path, night: Night) -> MorningReport:
    """The night's page as a file that is whole or not there; written again, it takes the same name."""
    html = morning.page(night).encode()
    path = folder / f"{night.night}-{night.run_id[:8]}.html"
    private(folder)
    handle, draft = tempfile.mkstemp(dir=folder, suffix=".draft")
    with os.fdopen(handle, "wb") as file:
        file.write(html)
    os.replace(draft, path)
    digest = hashlib.sha256(html).hexdigest()
    return MorningReport(night.run_id, night.night, tell.outcome(night), tell.sentence(night), path.as_uri(), digest)


def insert(connection: Connection, report: MorningReport) -> None:
    """Keep the row; a report that is made again replaces it."""
    connection.execute(postgres.queries("reports").write, asdict(report))


def newest(connection: Connection, night: date | None = None) -> MorningReport | None:
    """The newest report, of one night if it is named."""
    row = connection.execute(postgres.queries("reports").morning, {"night": night}).fetchone()
    return MorningReport(**row) if row else None


def of_run(connection: Connection, run_id: str) -> MorningReport | None:
    """The report about a run."""
    row = connection.execute(postgres.queries("reports").morning_of_run, {"run_id": run_id}).fetchone()
    return MorningReport(**row) if row else None


def mornings(connection: Connection, limit: int) -> list[Mapping[str, Any]]:
    """The newest reports as rows."""
    return list(connection.execute(postgres.queries("reports").mornings, {"limit": limit}))


def unreadable(report: MorningReport) -> str | None:
    """Why the report's file cannot be trusted, or None."""
    if not report.path.is_file():
        return f"{report.path} is not there"
    html = report.path.read_bytes()
    if hashlib.sha256(html).hexdigest() != report.sha256:
        return f"{report.path} was changed after it was written"
    forms = morning.code(report.sentence), escape(report.sentence)  # an old report has its commands as they were
    return None if any(str(form).encode() in html for form in forms) else f"{report.path} does not tell the decision"
