"""A project on disk and its verbs: everything wired together. The faces call this room.

`project` holds the verbs of a project that is there; `scanning` and `initialising` need none yet;
`verifying` needs only a public key. Each is imported by itself, so that no verb loads the others.
"""
