"""The registry: whom the data is about and who has said no.

It holds restrictions of processing (GDPR Art. 18, CCPA 1798.121) as keyed commitments to subject
keys, never the keys themselves.
"""

from privet.registry.registry import Registry

__all__ = ["Registry"]
