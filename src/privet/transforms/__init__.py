"""Protections of single values: keep, drop, redact, mask, token, band, truncate, shift.

`catalogue` names them, checks a treatment against a column's type and builds it; `nested` applies
built transforms to a batch; `normalise` is the one spelling of a subject's key. Pure: Arrow arrays
in, Arrow arrays out, and nulls stay null.
"""
