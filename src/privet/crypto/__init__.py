"""Sealing, wrapping, keys and signatures: the only room that imports `cryptography` and `pyrage`.

Keys are `bytes`, randomness comes in as a port, and whatever does not verify raises.
"""
