"""A small project on disk, whose files a test replaces one by one."""

from __future__ import annotations

from pathlib import Path

PROJECT = "version: 1\nproject: demo\n"

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: "1"
version: 1.0.0
status: active
schema:
  - name: customers
    properties:
      - name: id
        logicalType: integer
        customProperties:
          - {property: category, value: user.unique_id}
      - name: email
        physicalType: string
        required: true
        customProperties:
          - {property: category, value: user.contact.email}
"""

POLICY = """\
version: 1
purposes: {research: {basis: {default: consent}}}
roles: {analyst: {members: [ana@example.org], purposes: [research]}}
rules:
  - allow: release
    role: analyst
    purpose: research
    data: customers
    as: pseudonymous
    columns: {customers.email: token}
"""

PIPELINE = """\
version: 1
name: research
purpose: research
role: analyst
sources:
  customers: {from: customers.csv, format: csv}
release: [customers]
"""


def write_project(root: Path, **changed: str) -> Path:
    """Write a project; `project=`, `contract=`, `policy=`, `pipeline=` replace a file."""
    files = {
        "project": ("privet.yaml", PROJECT),
        "contract": ("contracts/customers.yaml", CONTRACT),
        "policy": ("policy.yaml", POLICY),
        "pipeline": ("pipelines/research.yaml", PIPELINE),
    }
    for name, (file, text) in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(name, text), encoding="utf-8")
    return root
