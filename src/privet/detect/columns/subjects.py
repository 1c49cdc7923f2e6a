"""Whom the rows of a table are about, as far as its findings tell."""

from __future__ import annotations

from collections.abc import Sequence

from privet.detect.columns.headers import read_header
from privet.model.contract import SubjectRef
from privet.model.finding import Finding


def propose_subject(findings: Sequence[Finding]) -> SubjectRef | None:
    """The first top-level column with ids of people, as the table's subject; None without one.

    The subject's type is the person that the header names, in English: `customer` for
    `customer_id` and for `Kundennummer`. A bare `id` proposes nothing: it may be a thing's.
    """
    for finding in findings:
        if finding.kind != "person_id" or finding.unsure or finding.path.nested:
            continue
        if role := read_header(finding.path).role:
            return SubjectRef(role, finding.path)
    return None
