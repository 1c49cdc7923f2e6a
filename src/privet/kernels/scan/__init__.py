"""The one-pass scanner, compiled: bytes in, spans out; what it looks for comes as tables."""
