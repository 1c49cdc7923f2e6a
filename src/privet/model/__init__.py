"""The words of the house: frozen types, canonical bytes, the error tree.

Nothing here opens a file, reads a clock or knows a library of the field; every other room may
import from here.
"""
