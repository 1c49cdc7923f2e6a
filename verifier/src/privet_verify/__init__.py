"""Privet's verifier: checks a release and its receipt offline, and needs only `cryptography`.

`verify_release` is the whole of it; every failure is a `VerificationError`, whose `code` says what
kind of failure and whose `hint` says what to do next.
"""

from privet_verify.errors import Code, VerificationError
from privet_verify.release import VerifiedRelease, verify_release

__all__ = ["Code", "VerificationError", "VerifiedRelease", "verify_release"]
