"""The command line: parse, call, show. It decides nothing about privacy."""

from privet.cli.app import main

__all__ = ["main"]
