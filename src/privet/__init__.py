"""Privet: privacy and security for AI data pipelines."""

__version__ = "0.1.0"
