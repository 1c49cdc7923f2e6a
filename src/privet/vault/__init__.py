"""The vault: what is kept, sealed, whole and numbered.

A project's data lie in an object store as sealed Parquet fragments that signed, numbered manifests
name; the keys lie wrapped in the catalog; the keyring opens them. Nothing here decides who may
read: that is the door's work.
"""

from privet.vault.keyring import Keyring
from privet.vault.keys import Key, KeyTable
from privet.vault.snapshots import Snapshot
from privet.vault.vault import Vault

__all__ = ["Key", "KeyTable", "Keyring", "Snapshot", "Vault"]
