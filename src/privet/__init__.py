"""Privet: privacy and security for AI data pipelines.

The verbs of the command line, in Python. Nothing heavy is loaded before the first of them is used::

    import privet as pv

    pv.detect(["mail ana@example.org"])  # spans: row, start, end, kind, score
    pv.redact(texts, how="tag")          # the same texts, with what was found replaced
    pv.scan("customers.csv", frame)      # the verdict on every column of files and frames
    made = pv.anonymise(frame, k=5, quasi_identifiers=["age", "zip"])  # made.frame, made.measures
    pv.risk(made, original=frame)        # what is left of risk, with attacks beside controls

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
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from privet.detect.text.redacting import Ways
    from privet.model.finding import TableScan
    from privet.model.own_kind import OwnKind
    from privet.ports.span_model import SpanModel
    from privet.project.anonymising import Anonymised
    from privet.project.project import Project
    from privet.project.verifying import Verified
    from privet.protect.risk.report import RiskReport

__all__ = ["__version__", "anonymise", "detect", "open", "redact", "risk", "scan", "verify"]


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


def anonymise(
    frame: object,
    *,
    k: int,
    quasi_identifiers: Sequence[str],
    hierarchies: Mapping[str, Any] | None = None,
    sensitive: Mapping[str, Any] | Sequence[str] = (),
    harmless: Sequence[str] = (),
    subject: str | None = None,
    suppress: float = 0.0,
    method: str = "mondrian",
    population: object | None = None,
    k_map: int | None = None,
    delta_presence: tuple[float, float] | None = None,
) -> Anonymised:
    """Make a table k-anonymous: at least `k` people look alike in all quasi-identifiers.

    A column that is named nowhere does not leave. The result is counted anew, in SQL, before it is
    given.

    Args:
        frame: a table of anything that speaks Arrow (PyArrow, Polars, pandas, DuckDB, …).
        k: people in each class, 2 or more.
        quasi_identifiers: columns that others may know people by.
        hierarchies: by quasi-identifier, how it becomes coarser (of a sensitive column: what its
            hierarchical distance goes by): the path of a CSV file (a line for each value, the
            value first, `*` last), groups (`{"north": ["A", "B"]}`), numbers with ends
            (`{"top": 90, "bottom": 18, "steps": [5, 10]}`: who is beyond is `>=90` or `<18`), or a
            declaration of `privet.protect.hierarchies.specs`. Without: a rule that fits its values.
        sensitive: columns that nobody should learn, and what each class holds of them: a number of
            distinct values, `{"distinct": 3}`, `{"entropy": 2.5}`, `{"recursive": [c, l]}`,
            `{"t": 0.2, "distance": "equal"}` (or `ordered`, `hierarchical`), `{"disclosure": 1.5}`
            (delta), `{"likeness": 2, "form": "enhanced"}` (beta; or `basic`), a list of these, or
            None.
        harmless: columns that leave as they are.
        subject: the column that says whom a row is about; it does not leave. Without, each row is
            somebody else.
        suppress: the share of rows that may be left out, 0 to 1.
        method: `mondrian` (local recoding, little loss), `full-domain` (one level for a column,
            provably the best such), `local-suppression` (cells stay as they are, or are `*`), or
            `microaggregation` (numbers become the means of groups; take no hierarchy).
        population: a frame of all people whom the table is of, with the quasi-identifiers; with the
            column `subject`, too, where somebody has several rows.
        k_map: how many of the population fall into each class at least.
        delta_presence: least and greatest share of the population that is in the table, in each
            class; above a least share of 0 nobody of the population is outside of all classes.

    Raises:
        privet.model.errors.ConfigError: a column is not there or has two roles, a hierarchy does
            not cover its column, or `sensitive` is of no known form.
        privet.model.errors.Refused: it cannot be kept; the message has the most that is feasible.
        TypeError: this is no frame.
    """
    from privet.project.anonymising import anonymise as made_anonymous  # noqa: PLC0415
    from privet.project.anonymity_words import wanted  # noqa: PLC0415

    return made_anonymous(
        frame,
        wanted(
            k=k,
            quasi_identifiers=quasi_identifiers,
            sensitive=sensitive,
            harmless=harmless,
            subject=subject,
            suppress=suppress,
            method=method,
            k_map=k_map,
            delta_presence=delta_presence,
        ),
        hierarchies or {},
        population,
    )


def risk(
    frame: object,
    quasi_identifiers: Sequence[str] = (),
    *,
    sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Any] | None = None,
    original: object | None = None,
    population: object | int | None = None,
    control: object | None = None,
    subject: str | None = None,
    seed: int = 0,
) -> RiskReport:
    """What is left of risk in a table that was, or would be, shown.

    Args:
        frame: the result of `anonymise`, or a table of anything that speaks Arrow.
        quasi_identifiers: columns that others may know people by; of a result, all of its own.
        sensitive: columns that nobody should learn.
        hierarchies: as for `anonymise`: what labels stand for. A result knows its own.
        original: the table that it was made from: then attacks are tried on it.
        population: a table of everybody, or how many there are.
        control: people like those, who are not in the table: attacked like the others.
        subject: the column that says whom a row is about, in whichever table has it: who has
            several rows is one person. A result knows its own.
        seed: of what is drawn.

    Raises:
        privet.model.errors.ConfigError: a column is not there, or a label is in no hierarchy.
        TypeError: something is no frame.
    """
    from privet.project.anonymising import Beside, assess  # noqa: PLC0415

    beside = Beside(original, population, control, subject)
    return assess(frame, quasi_identifiers, sensitive, hierarchies or {}, beside, seed=seed)


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
