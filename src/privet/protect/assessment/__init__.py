"""Risk and use of a release together, and what a run tells of them."""
