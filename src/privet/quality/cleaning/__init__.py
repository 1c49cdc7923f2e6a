"""Cleaning: steps that change cells before the rules judge them, and count each cell they changed.

Steps named `before` see rows as they were read (text, for text formats), steps named `after` see
them in their contract's types. A cell that a step cannot read stays as it is, and its row is held
back as `clean:<step>:<column>`. Every step decides about a value by that value alone.
"""
