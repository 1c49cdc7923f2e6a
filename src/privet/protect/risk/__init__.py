"""What is left of risk in a published table: classes, uniqueness, attacks with a control group.

`assessing.risk` is the whole; the modules beside it each measure one thing, and are pure.
"""
