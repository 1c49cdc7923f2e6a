"""What fills the ports: stores, catalogs, identity, the agent for keys, the world.

An adapter is the only room that imports the library it adapts, and the only one (beside the faces)
that catches that library's errors: it re-raises them as those of `privet.model.errors`.
"""
