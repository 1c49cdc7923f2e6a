"""Privet: privacy and security for AI data pipelines.

The verbs of the command line, in Python. Nothing heavy is loaded before the first of them is used::

    import privet as pv

    pv.detect(["mail ana@example.org"])  # spans: row, start, end, kind, score
    pv.redact(texts, how="tag")          # the same texts, with what was found replaced
    pv.scan("customers.csv", frame)      # the verdict on every column of files and frames

    project = pv.open(".")
    plan = project.plan("research")      # the declared plan: print it, diff it, assert on it
    summary = project.run("research")    # summary.release, summary.data[0].counts
    pv.verify(summary.release)           # raises, and never returns False
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import privet.detect  # noqa: F401 - the room, loaded before the function takes its name here
from privet.model.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from privet.detect.text.redacting import Ways
    from privet.model.finding import TableScan
    from privet.model.own_kind import OwnKind
    from privet.ports.span_model import SpanModel
    from privet.project.project import Project
    from privet.project.verifying import Verified

__all__ = ["__version__", "detect", "open", "redact", "scan", "verify"]


def open(folder: Path | str = ".") -> Project:  # noqa: A001 - `pv.open` reads as it should
    """The project that `folder` lies in; see `privet.project.Project` for its verbs.

    Raises:
        privet.model.errors.ConfigError: there is no privet.yaml there or above, or it is wrong.
    """
    from privet.project.project import open_project  # noqa: PLC0415 - keeps `import privet` light

    return open_project(folder)


def scan(*sources: object, full: bool = False) -> Sequence[TableScan]:
    """The verdict on every column of every table: what personal data it holds, how sure, and why.

    Args:
        sources: paths of files (text or `Path`), and frames: whatever speaks Arrow (PyArrow,
            Polars, pandas, DuckDB, …).
        full: look at every row, and not at the first 200,000.

    Raises:
        privet.model.errors.SourceError: a path names nothing, or a file is not of its form.
        TypeError: a source is neither a path nor a frame.
    """
    from privet.project.frames import scan_all  # noqa: PLC0415

    return scan_all(sources, Path.cwd(), full=full)


def detect(
    texts: object,
    *,
    kinds: Sequence[str] | None = None,
    threshold: float = 0.5,
    own: Path | str | None = None,
    models: Sequence[SpanModel] = (),
    evidence: bool = False,
    threads: int | None = None,
) -> pa.Table:
    """Personal data in texts, as spans.

    Args:
        texts: a list of `str` (or None), or a string column of anything that speaks Arrow.
        kinds: names of kinds or families; without, all but words of special categories (family
            `special`), which name nobody.
        threshold: the least score, 0 to 1.
        own: a YAML file of your own kinds.
        models: asked about free text too (`privet.adapters.models`), one after the other.
        evidence: add a column that says why each span is believed to be one.
        threads: how many at most; as many as cores without.

    Returns:
        A table `row` (int64), `start`, `end` (int64, in characters of the row's text), `kind`
        (dictionary of strings), `score` (float32, 0 to 1), sorted, without overlap.

    Raises:
        TypeError: these are no texts.
        ValueError: an unknown kind, or a threshold beyond 0 to 1.
        privet.model.errors.ConfigError: the file of own kinds is missing or wrong.
    """
    from privet.adapters.world import SystemClock  # noqa: PLC0415
    from privet.detect.text.library import detect as detect_spans  # noqa: PLC0415

    return detect_spans(
        texts,
        kinds=kinds,
        threshold=threshold,
        own=_own_kinds(own),
        models=models,
        evidence=evidence,
        today=SystemClock().now().date(),
        threads=threads,
    )


def redact(
    texts: Any,
    *,
    how: Ways = "redact",
    kinds: Sequence[str] | None = None,
    key: bytes | None = None,
    own: Path | str | None = None,
    models: Sequence[SpanModel] = (),
) -> Any:
    """Find personal data in texts and put something else in its place.

    Args:
        texts: one text, a list of texts (or None), or a string column of anything that speaks
            Arrow.
        how: `redact` (`[REDACTED]`), `tag` (`[EMAIL]`), `mask` (`***@*******.***`), `token` or
            `surrogate`; or one for each kind: `{"email": "token", "*": "redact"}`.
        kinds: which are looked for, as in `detect`.
        key: 32 secret bytes for tokens and surrogates: the same key gives the same ones. None: they
            agree within this call alone.
        own: a YAML file of your own kinds.
        models: asked about free text too, one after the other.

    Returns:
        A text for a text, a list for a list, an Arrow array or chunked array for what is Arrow.

    Raises:
        TypeError: these are no texts.
        ValueError: an unknown kind or way, or a key of another length.
        privet.model.errors.ConfigError: the file of own kinds is missing or wrong.
    """
    from privet.adapters.world import SystemClock  # noqa: PLC0415
    from privet.detect.text.redacting import redact as redact_texts  # noqa: PLC0415

    return redact_texts(
        texts,
        how=how,
        kinds=kinds,
        key=key,
        own=_own_kinds(own),
        models=models,
        today=SystemClock().now().date(),
    )


def verify(path: Path | str, key: str | None = None) -> Verified:
    """Check a release, or a project's whole store, offline; what was checked.

    Raises:
        privet.model.errors.IntegrityError: something is not as it was written.
        privet.model.errors.Unavailable: there is no public key to trust.
    """
    from privet.project.verifying import verify_path  # noqa: PLC0415

    return verify_path(Path(path), key)


def _own_kinds(path: Path | str | None) -> Sequence[OwnKind]:
    if path is None:
        return ()
    from privet.project.own_kinds import load_tried_kinds  # noqa: PLC0415

    return load_tried_kinds(Path(path))
