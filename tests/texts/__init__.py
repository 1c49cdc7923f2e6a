"""Texts that tests and benches share: corpora with known spans, negatives, labelled messages."""
