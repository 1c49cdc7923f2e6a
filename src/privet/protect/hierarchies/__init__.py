"""Hierarchies: which values may stand for which, from the value itself to `*`."""
