"""Show what `check` and `plan` say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privet.cli import output, table
from privet.policy.problem import Problem, told
from privet.project.planning import Planned


def show_check(problems: Sequence[Problem], *, json: bool) -> None:
    """Print each problem with its place and the way out, or that all is well."""
    if json:
        output.emit(
            "check",
            problems=[
                {
                    "severity": problem.severity,
                    "message": problem.message,
                    "hint": problem.hint,
                    "where": str(problem.where) if problem.where else None,
                }
                for problem in problems
            ],
        )
        return
    for problem in problems:
        output.say(f"{problem.severity}: {told(problem)}")
        if problem.hint:
            output.say(f"  {problem.hint}")
    errors = sum(problem.severity == "error" for problem in problems)
    good = "Config, contracts and policy are in order."
    output.say(output.counted(errors, "error") if errors else good)


def _show_source(source: Mapping[str, Any]) -> None:
    """What is done to a source before its rows are kept."""
    name = source["data"]
    if source["clean"]:
        steps = [(step["step"], step["what"]) for step in source["clean"]]
        table.show(f"{name}: cleaned, in this order", ("step", "what it does"), steps)
        output.say()
    if source["rules"]:
        rules = [
            (
                rule["rule"],
                ", ".join(rule["columns"]),
                rule["what"],
                rule["severity"],
                rule["action"],
            )
            for rule in source["rules"]
        ]
        table.show(
            f"{name}: judged by its contract",
            ("rule", "columns", "what must hold", "severity", "or else"),
            rules,
        )
        output.say()
    if source["incremental"]:
        said = "new files" if source["incremental"] == "files" else source["incremental"]
        output.say(f"{name}: later runs add what is new ({said}).")
    if source["keep"] == "quarantine":
        output.say(f"{name}: rows pass through; only what is held back is kept.")


def _brief(treatment: str) -> str:
    """A treatment in a table: a tree is long, and stands in the policy."""
    return "generalise(tree)" if treatment.startswith("generalise(tree=") else treatment


def show_plan(planned: Planned, *, json: bool) -> None:
    """Print what will happen to each column, and the difference to the last run."""
    plan = planned.plan
    described = plan.describe()
    if json:
        output.emit(
            "plan",
            plan=described,
            sha256=plan.sha256,
            changes=None
            if planned.changes is None
            else [
                {"what": change.what, "before": change.before, "after": change.after}
                for change in planned.changes
            ],
        )
        return
    for source in described["sources"]:
        _show_source(source)
    for release in described["releases"]:
        rows = f", rows where {release['where']}" if release["where"] else ""
        until = f", until {release['until']}" if release["until"] else ""
        table.show(
            f"{release['data']}: {release['guarantee']} for {described['purpose']}, "
            f"to {described['recipient']}{rows}{until}",
            ("column", "category", "treatment", "because"),
            [
                (column["column"], column["category"], _brief(column["treatment"]), column["rule"])
                for column in release["columns"]
            ],
        )
        if release.get("query"):
            output.say(f"Its answer leaves, and no row: {release['query']}")
        output.say()
    output.say(f"Role {described['role']}. No data was touched. This costs no privacy budget.")
    if planned.changes is None:
        output.say("It has not run yet.")
    elif not planned.changes:
        output.say("Nothing changed since the last run.")
    else:
        output.say("Since the last run:")
        for change in planned.changes:
            output.say(f"  {change}")
