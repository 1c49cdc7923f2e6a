"""The privacy ledger: every loss of the same subjects on one account, whatever made it.

A grant reserves what it may cost before anything is read, is charged before anything is computed,
and gives back at its end what it never drew; each in the transaction of its log entry. The tables
are a view of the log: `replay` compares them whenever a project is opened.
"""

from privet.ledger.budgets.budgets import Account, Asked, Budgets, Limit, Standing

__all__ = ["Account", "Asked", "Budgets", "Limit", "Standing"]
