"""Whether kept rows may stay as they are where only held-back rows are looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from privet.model.errors import Refused
from privet.model.pipeline import Incremental
from privet.model.quality import QualityRule, Refers, SetCheck, Unique
from privet.pipeline.findings import Findings
from privet.pipeline.held import RULE
from privet.pipeline.increments import Base
from privet.pipeline.ingest import Ingest
from privet.pipeline.inspection import Inspector
from privet.pipeline.steps import Output
from privet.ports.arrow_types import arrow_schema
from privet.quality.cleaning.fitting import needs_fit
from privet.quality.rule_words import rule_words
from privet.vault.writer import count_reasons

ANEW = "run the pipeline again: it reads the source anew"

_MAY_DIFFER = frozenset({"contract", "clean", "drift", "external"})
_BY_FILES = {repr(None), repr(Incremental())}
"""How the manner of a run says that it goes after no watermark."""

_WORDS: Mapping[str, str] = {
    "code": "another version of Privet brought it in",
    "subject": "its rows are about somebody else now",
}


def is_key_rule(rule: QualityRule) -> bool:
    """Whether the rule judges rows by their keys."""
    return isinstance(rule.check, Unique | Refers)


def is_set_rule(rule: QualityRule) -> bool:
    """Whether the rule judges the data set as a whole."""
    return isinstance(rule.check, SetCheck)


def require_same(ingest: Ingest, base: Base, given: Mapping[str, Output]) -> bool:
    """Insist that kept rows were brought in as today, as far as rows cannot show it.

    Args:
        ingest: what brings the data set in today.
        base: what is kept.
        given: outputs of the steps that `ingest` needs.

    Returns:
        Whether the cleaning steps are the same.

    Raises:
        Refused: they differ in more than the contract's rules and the cleaning of single rows.
    """
    data, then, now = ingest.contract.name, base.output.get("manner", {}), ingest.manner()
    if differing := _differing(then, now):
        why = _WORDS.get(differing[0], f"the pipeline's `{differing[0]}:` is another")
        raise Refused(f"{data} would not be brought in as it was: {why}", hint=ANEW)
    if not arrow_schema(ingest.contract.columns).equals(base.snapshot.manifest.schema):
        raise Refused(
            f"the columns of {data} are no longer those of its snapshot {base.snapshot.number}",
            hint=ANEW,
        )
    _require_judged(ingest, base)
    if ingest.source.incremental is None and ingest.parents(given) != base.output["parents"]:
        raise Refused(f"what {data} refers to has changed since", hint=ANEW)
    _require_cleaned(ingest, then["clean"])
    return bool(then["clean"] == now["clean"])


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """In what the manner of two runs differs, of what must be the same."""
    may = set(_MAY_DIFFER)
    if {str(then.get("incremental")), str(now["incremental"])} <= _BY_FILES:
        # A run that reads everything and one that adds files go on from one another.
        may |= {"incremental"} if then.get("from") and now["from"] else {"incremental", "from"}
    return sorted(name for name in {*then, *now} - may if then.get(name) != now.get(name))


def _counts_undated(ingest: Ingest) -> bool:
    """Whether later runs know rows without a watermark by how many there are: of a database."""
    incremental = ingest.source.incremental
    after = incremental.after if incremental else None
    return after is not None and ingest.source.format.name == "sql"


def _require_judged(ingest: Ingest, base: Base) -> None:
    """Kept rows were judged by today's rules on keys: they are not judged again."""
    known = {rule["rule"]: rule for rule in base.output["rules"]}
    for rule in filter(is_key_rule, ingest.contract.rules):
        then: Mapping[str, Any] = known.get(rule.name, {})
        now = {"check": rule_words(rule, ingest.contract), "columns": [*map(str, rule.columns)]}
        same = all(then.get(name) == value for name, value in now.items())
        if not same or (rule.action != "report" and then["action"] == "report"):
            raise Refused(
                f"kept rows of {ingest.contract.name} were not judged by the rule `{rule.name}`",
                hint=ANEW,
                where=rule.where,
            )


def _require_cleaned(ingest: Ingest, then: Collection[str]) -> None:
    """Kept rows had their duplicates merged by today's steps, and today's measures were taken."""
    if list(then) != ingest.manner()["clean"] and _counts_undated(ingest):
        raise Refused(
            f"which rows of {ingest.contract.name} come after the watermark depends on how they "
            "are cleaned",
            hint=ANEW,
        )
    now = list(ingest.manner()["clean"])
    steps = dict(zip(now, ingest.source.clean, strict=True))
    merging = [text for text, step in steps.items() if step.name == "deduplicate"]
    merged = [text for text in then if "name='deduplicate'" in text]
    unmeasured = [text for text, step in steps.items() if needs_fit([step]) and text not in then]
    if merging != merged or unmeasured:
        name = "deduplicate" if merging != merged else steps[unmeasured[0]].name
        raise Refused(
            f"the cleaning step `{name}` of {ingest.contract.name} is another, and needs all rows",
            hint=ANEW,
        )
    kept = [
        step.param("keep", "first") for step in ingest.source.clean if step.name == "deduplicate"
    ]
    latest = any(step.param("latest") for step in ingest.source.clean)
    if latest or any(keep != "first" for keep in kept):
        raise Refused(
            f"which duplicates of {ingest.contract.name} are kept depends on all of its rows",
            hint=ANEW,
        )


class Staying:
    """Looks at the rows that are kept, as today's pipeline would.

    Args:
        ingest: what brings the data set in today.
        base: what is kept.
        inspector: today's.
        cleaned: whether the rows were cleaned as today.
    """

    def __init__(self, ingest: Ingest, base: Base, inspector: Inspector, *, cleaned: bool) -> None:
        self._ingest = ingest
        self._waived: Mapping[str, int] = base.output.get("waived", {})
        self._inspector = inspector
        self._cleaned = cleaned
        self._failing: Counter[str] = Counter()
        self._changed = 0

    def look(self, rows: pa.RecordBatch, findings: Findings) -> None:
        """Judge kept rows, and add to `findings` what the rules say of them."""
        seen = self._inspector.again(rows, cleaned=self._cleaned)
        findings.judge(seen)
        self._changed += sum(seen.changed.values())
        if seen.reasons.null_count < len(seen.reasons):
            self._failing.update(count_reasons(seen.reasons.drop_null()))

    def require(self, findings: Findings) -> None:
        """Insist that all of them would be kept today, as they are.

        Rows that somebody let in despite a rule may fail it.

        Raises:
            Refused: naming rules and counts.
        """
        data = self._ingest.contract.name
        if self._changed:
            raise Refused(
                f"today's cleaning steps would change {self._changed:,} cells of rows of {data} "
                "that are kept",
                hint=ANEW,
            )
        broken = {r: rows for r, rows in self._failing.items() if not r.startswith(RULE)}
        for rule in self._ingest.contract.rules:
            more = findings.failed[rule.name] - self._waived.get(rule.name, 0)
            if rule.action != "report" and more > 0:
                broken[f"{RULE}{rule.name}"] = more
        if broken:
            named = ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(broken.items()))
            raise Refused(
                f"rows of {data} are kept that would be held back today: {named}", hint=ANEW
            )
