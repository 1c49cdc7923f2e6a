"""The door: data leaves by `open`, `draw`, `close`, and by nothing else.

`Gate.open` decides (policy, registry) and writes the grant to the log before anything is read;
`Grant.draw` checks again, scopes the rows, treats the columns and stages one part; `Grant.close`
writes the receipt and makes the release visible, whole.
"""

from privet.gate.door import Gate, place
from privet.gate.grant import Grant, Part, Release, Tally
from privet.gate.means import Means
from privet.gate.sources import SourceRef
from privet.gate.terms import Terms

__all__ = ["Gate", "Grant", "Means", "Part", "Release", "SourceRef", "Tally", "Terms", "place"]
