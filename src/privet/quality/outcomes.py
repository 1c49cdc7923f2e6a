"""What the rules of a contract found, and whether the run may go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.quality import Fresh, QualityRule, Query, RuleOutcome, SetCheck, Steady
from privet.quality.query_figures import counts_only
from privet.quality.rule_words import rule_words

_SHOWN = 12  # broken rules that a message names


def outcomes(
    contract: Contract,
    *,
    failed: Mapping[str, int],
    of: int,
    figures: Mapping[str, float | None],
    looked_at: Mapping[str, int] | None = None,
) -> tuple[RuleOutcome, ...]:
    """What each rule of the contract found, in its order; pure.

    A rule on rows or keys that found no row to look at holds, where its threshold is in percent. A
    rule on the set that has no figure does not hold where it asks for one: nothing shows that the
    data is fresh, or that the query's answer is right. `Steady` without a figure holds: there is no
    snapshot to compare with.

    The figure of an outcome is None where it would tell a person's value: the age of the newest
    value of a personal column, a query's answer that is more than counts.

    Args:
        contract: whose rules were judged.
        failed: rows that fail, by rule on rows or keys.
        of: rows that those rules looked at.
        figures: by rule on the set.
        looked_at: rows looked at, for the rules where that is not `of`.

    Raises:
        ValueError: a rule is in neither mapping: nobody judged it.
    """
    counted = looked_at or {}
    found = []
    for rule in contract.rules:
        known = figures if isinstance(rule.check, SetCheck) else failed
        if rule.name not in known:
            raise ValueError(f"nobody judged the rule {rule.name}")
        if known is failed:
            rows = counted.get(rule.name, of)
            found.append(_of_rows(rule, contract, failed[rule.name], rows))
        else:
            found.append(_of_set(rule, contract, figures[rule.name], of))
    return tuple(found)


def require(outcomes: Iterable[RuleOutcome], data: str) -> None:
    """Insist that every rule holds that does more than report.

    Args:
        outcomes: of one data set.
        data: its name.

    Raises:
        Refused: naming each broken rule with its counts.
    """
    broken = [one for one in outcomes if not one.holds and one.action != "report"]
    if not broken:
        return
    named = [_broken(one) for one in broken[:_SHOWN]]
    if len(broken) > _SHOWN:
        named.append(f"{len(broken) - _SHOWN} more")
    rules = "1 rule" if len(broken) == 1 else f"{len(broken)} rules"
    raise Refused(
        f"the data set `{data}` breaks {rules} of its contract: {'; '.join(named)}",
        hint="Nothing was kept. Correct the data, or change the rule or its action.",
    )


def _of_rows(rule: QualityRule, contract: Contract, failed: int, of: int) -> RuleOutcome:
    threshold = rule.threshold
    if threshold is None:
        holds = failed == 0 or rule.action != "stop"
    elif threshold.unit == "percent":
        holds = of == 0 or threshold.holds(100 * failed / of)
    else:
        holds = threshold.holds(failed)
    return _outcome(rule, contract, failed=failed, of=of, figure=None, holds=holds)


def _of_set(rule: QualityRule, contract: Contract, figure: float | None, of: int) -> RuleOutcome:
    shown = None if _personal(rule, contract) else figure
    holds = _bounded(rule, figure) and (
        rule.threshold is None or (figure is not None and rule.threshold.holds(figure))
    )
    return _outcome(rule, contract, failed=0, of=of, figure=shown, holds=holds)


def _bounded(rule: QualityRule, figure: float | None) -> bool:
    """Whether the figure keeps the bound that the check itself states."""
    match rule.check:
        case Fresh(seconds):
            return figure is not None and figure <= seconds
        case Steady(distance):
            return figure is None or figure <= distance
        case _:
            return True


def _personal(rule: QualityRule, contract: Contract) -> bool:
    """Whether the figure could be a person's value."""
    match rule.check:
        case Fresh():
            columns = (contract.column(path) for path in rule.columns)
            return any(column is None or column.personal for column in columns)
        case Query(sql):
            return any(column.personal for column in contract.columns) and not counts_only(sql)
        case _:
            return False


def _outcome(
    rule: QualityRule,
    contract: Contract,
    *,
    failed: int,
    of: int,
    figure: float | None,
    holds: bool,
) -> RuleOutcome:
    return RuleOutcome(
        rule=rule.name,
        check=rule_words(rule, contract),
        columns=tuple(str(path) for path in rule.columns),
        severity=rule.severity,
        action=rule.action,
        failed=failed,
        of=of,
        figure=figure,
        holds=holds,
        threshold=rule.threshold,
    )


def _broken(outcome: RuleOutcome) -> str:
    columns = f" on {', '.join(f'`{path}`' for path in outcome.columns)}" if outcome.columns else ""
    if outcome.figure is not None:
        found = f"it is {outcome.figure:.10g}"
    elif outcome.failed:
        found = f"{outcome.failed} of {outcome.of} rows fail"
    else:
        found = "it does not hold"
    return f"`{outcome.rule}`{columns} ({outcome.check}): {found}"
