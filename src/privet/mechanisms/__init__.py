"""Noise on whole numbers, and what can be said of it: its tails, its intervals, its thresholds.

Nothing here knows whose numbers they are, what they may cost or who asks. Each mechanism's claim
stands beside it: what is promised, on which assumptions, why, and which test holds it to that.
"""
