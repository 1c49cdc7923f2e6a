"""The tamper-evident log: what was granted, released, restricted, made and destroyed, in order.

An entry commits in the transaction of the state that it records; the log is then published to the
store in the C2SP tlog-tiles form, under signed checkpoints, before the act proceeds. The formats
are in `spec/log` and `spec/receipt`; `privet_verify` reads them.
"""

from privet.ledger.log import Entry, Log

__all__ = ["Entry", "Log"]
