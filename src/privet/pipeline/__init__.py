"""Declare, run and resume: from a pipeline's spec to a release, step by step.

`declared` says what will happen (pure, touches no data); `runner` walks the steps and skips those
whose key is unchanged; `ingest` and `publish` are the steps.
"""
