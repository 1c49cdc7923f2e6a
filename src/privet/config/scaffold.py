"""The files that `init` writes: commented YAML that loads back to what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from privet.config.cleaning_file import steps_text
from privet.config.schemas import schema_line
from privet.config.treatment import MAIN_PARAMETER
from privet.config.yaml_text import entry, indent, scalar
from privet.model.contract import Contract
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.policy import Treatment

MOST_TESTS = 3
MOST_OF_A_NAME = 63
DEFAULT_BASIS: Mapping[str, str] = {"default": "legitimate_interest"}

_PROJECT = """\
# A Privet project. Everything here has a default; this file shows them.
version: 1
project: {name}

# Where the vault lies: encrypted copies of your data, and the log of what was done with them.
# A folder, or a URL of an object store such as s3://bucket/folder (credentials come from the
# environment, never from this file).
store: .privet/vault

# The database with keys (encrypted), budgets and the order of events. One file is enough for one
# person; a team names a PostgreSQL server: postgresql://user@host/database
catalog: sqlite:///.privet/catalog.db

keys:
  # The unlock slots. Useless without the passphrase; lost together, the data is lost.
  keyring: .privet/keyring.json
  # Where the passphrase comes from: {{env: NAME}}, {{file: PATH}} or prompt. Never the passphrase
  # itself.
  passphrase: {{env: PRIVET_PASSPHRASE}}

# What a run may use of this machine.
engine: {{block: 4MiB, memory: 1GB, threads: auto}}
"""


def render_project(name: str) -> str:
    """Return `privet.yaml` with every default spelled out.

    The project is called `name`, less what a name cannot hold: a folder's name will do.
    """
    fit = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    fit = fit if re.match("[A-Za-z_]", fit) else f"project-{fit}".strip("-")
    return schema_line("project") + _PROJECT.format(name=scalar(fit[:MOST_OF_A_NAME]))


_POLICY_HEAD = """\
# The policy: who may see what, for which purpose, and how it is protected.
# What no rule allows is refused. Try it with `privet check`; see its effect with `privet plan`.
version: 1
"""
_PURPOSES = """\

# Purposes: what data may be used for, and the legal ground for it (GDPR Art. 6).
# CHECK THE BASIS: only you know which one holds. `consent`, `contract` and others are possible;
# health and other special data need one of their own, such as `user.health: explicit_consent`.
purposes:
"""
_ROLES = """\

# Roles: who may act, and for which purposes. Add people here; nobody can claim a role.
roles:
"""
_RULES = """\

# Rules: `data` may leave as a release, for `purpose`, in the hands of `role`.
# `as: pseudonymous`: names are gone, but a person could still be singled out: it is personal data.
# Under `columns`, a column (`data.column`) or a whole category (`user.contact`) gets a treatment:
#   keep   lets it through                      token     the same stand-in for the same value
#   drop   removes the column                   mask      shows the ends: {mask: {show_last: 4}}
#   redact replaces every value                 truncate  cuts it short:  {truncate: 3}
#   band   rounds to a range: {band: 5y}        shift     moves dates:    {shift: 30}
# Also possible: `to:` (a recipient), `where:` (a row filter), `until: 2030-12-31`, `deny:` rules.
rules:
"""
_TESTS = """\

# Tests: what you expect of the rules above. `privet check` tries each of them.
tests:
"""


def render_policy(
    *,
    principal: str,
    purpose: str,
    contracts: Iterable[Contract],
    treatments: Mapping[str, Treatment],
    role: str = "analyst",
    basis: Mapping[str, str] = DEFAULT_BASIS,
) -> str:
    """Return a `policy.yaml` that grants one principal one purpose, with a rule for each data set.

    Args:
        principal: who holds the role, such as `os:ana`.
        purpose: the purpose's name.
        contracts: the data sets that the role may release.
        treatments: by `dataset.column` (goes to the rule of that data set) or by category key (goes
            to every rule).
        role: the role's name.
        basis: the legal basis by data category, and `default`.
    """
    names = [contract.name for contract in contracts]
    grounds = ", ".join(entry(key, scalar(value)) for key, value in basis.items())
    people = f"{{members: [{scalar(principal)}], purposes: [{scalar(purpose)}]}}"
    text = schema_line("policy") + _POLICY_HEAD
    text += _PURPOSES + indent(entry(purpose, f"{{basis: {{{grounds}}}}}"), 1) + "\n"
    text += _ROLES + indent(entry(role, people), 1) + "\n"
    text += _RULES.removesuffix("\n") + ("" if names else " []") + "\n"
    for name in names:
        text += indent(_rule(name, role, purpose, _treatments_of(name, names, treatments)), 1)
    tests = [key for key in treatments if _data_set_of(key, names) is not None][:MOST_TESTS]
    if tests:
        text += _TESTS
    for key in tests:
        fields = {"role": role, "for": purpose, "column": key}
        inside = ", ".join(f"{name}: {scalar(value)}" for name, value in fields.items())
        text += f"  - {{{inside}, expect: {_treatment(treatments[key])}}}\n"
    return text


def _rule(data: str, role: str, purpose: str, columns: Mapping[str, Treatment]) -> str:
    lines = [
        "- allow: release",
        f"  role: {scalar(role)}",
        f"  purpose: {scalar(purpose)}",
        f"  data: {scalar(data)}",
        "  as: pseudonymous",
    ]
    if columns:
        lines.append("  columns:")
    for key, treatment in columns.items():
        lines.append(indent(entry(key, _treatment(treatment)), 2))
    return "\n".join(lines) + "\n"


def _treatments_of(
    data: str, names: list[str], treatments: Mapping[str, Treatment]
) -> dict[str, Treatment]:
    return {
        key: treatment
        for key, treatment in treatments.items()
        if _data_set_of(key, names) in {data, None}
    }


def _data_set_of(key: str, names: list[str]) -> str | None:
    """The data set of `dataset.column`; None for a category key."""
    root = ColumnPath.parse(key).root
    return root if root in names else None


def _treatment(treatment: Treatment) -> str:
    name = scalar(treatment.name)
    if not treatment.params:
        return name
    if [key for key, _ in treatment.params] == [MAIN_PARAMETER.get(treatment.name)]:
        return f"{{{name}: {scalar(treatment.params[0][1])}}}"
    inside = ", ".join(f"{key}: {scalar(value)}" for key, value in treatment.params)
    return f"{{{name}: {{{inside}}}}}"


_PIPELINE_HEAD = """\
# A pipeline: from sources to one release. See what it will do with `privet plan {name}`, then
# `privet run {name}`.
version: 1
name: {name}

# Why, as whom, and (if it is for somebody else) for whom; the policy says whether that may be.
purpose: {purpose}
role: {role}
{to}
# Where each data set comes from: a path, a pattern such as data/*.csv, a folder, or a URL.
# How it is read is written here once, and not guessed again.
sources:
"""
_RELEASE = """\

# What leaves: data sets, as parquet unless said otherwise ({data: NAME, format: csv}).
release:
"""


def render_pipeline(spec: PipelineSpec) -> str:
    """Return the file of a pipeline; loaded, it equals `spec`."""
    text = schema_line("pipeline", folder_up=True) + _PIPELINE_HEAD.format(
        name=scalar(spec.name),
        purpose=scalar(spec.purpose),
        role=scalar(spec.role),
        to="# to: RECIPIENT\n" if spec.to is None else f"to: {scalar(spec.to)}\n",
    )
    for data, source in spec.sources.items():
        text += indent(f"{scalar(data)}:\n{_source(source)}", 1)
    text += _RELEASE + indent("".join(_release(each) for each in spec.releases), 1)
    return f"{text}\n# Where the release goes.\ninto: {scalar(spec.into)}\n"


def _source(source: SourceSpec) -> str:
    lines = [f"from: {_one_or_list(source.urls)}", f"format: {source.format.name}"]
    if source.query is not None:
        lines.append(f"query: {scalar(source.query)}")
    if source.format.compression is not None:
        lines.append(f"compression: {source.format.compression}")
    if source.format.name == "csv":
        lines += _dialect(source.format)
    if source.partitions:
        columns = ", ".join(scalar(str(path)) for path in source.partitions)
        lines.append(f"partitions: [{columns}]")
    if source.incremental is not None:
        after = source.incremental.after
        how = "files" if after is None else f"{{after: {scalar(str(after))}}}"
        lines.append(f"incremental: {how}")
    if source.drift != Drift():
        said = [f"added: {source.drift.added}", f"lost: {source.drift.lost}"]
        if source.drift.categories != Drift().categories:
            said.append(f"categories: {source.drift.categories}")
        lines.append(f"drift: {{{', '.join(said)}}}")
    if source.keep != "rows":
        lines.append(f"keep: {source.keep}")
    if source.clean:
        lines += ["clean:", indent(steps_text(source.clean), 1).rstrip("\n")]
    return indent("\n".join(lines) + "\n", 1)


def _one_or_list(values: Sequence[str]) -> str:
    texts = [scalar(value) for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _dialect(form: SourceFormat) -> list[str]:
    return [
        f"delimiter: {scalar(form.delimiter)}",
        f"quote: {scalar(form.quote)}",
        f"encoding: {scalar(form.encoding)}",
        f"header: {scalar(form.header)}",
    ]


def _release(spec: ReleaseSpec) -> str:
    if spec.format == "parquet" and spec.query is None:
        return f"- {scalar(spec.data)}\n"
    asked = "" if spec.query is None else f", query: {scalar(spec.query)}"
    return f"- {{data: {scalar(spec.data)}, format: {spec.format}{asked}}}\n"
