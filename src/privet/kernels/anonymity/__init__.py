"""Compiled loops of the anonymity solvers."""
