"""Spans of personal data in text: the scanner from Arrow to Arrow, own kinds, models."""
