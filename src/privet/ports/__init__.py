"""The sockets: what the house needs from the outside world, as Protocols.

An adapter fills one; a test fills it in memory. Nothing above the conduct knows which.
"""
