"""The code's version: part of receipts and of every step's key."""

VERSION = "0.1.0"
