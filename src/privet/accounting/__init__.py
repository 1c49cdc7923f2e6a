"""What privacy losses cost together: a filter for what may still be spent, and tight figures.

`filters` is the hard gate: it holds however each event was chosen. `loss_distribution` is the tight
figure of events that were fixed before anything was seen. `claim.md` says why both are right.
"""
