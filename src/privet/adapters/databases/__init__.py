"""Databases as sources: one SELECT, read through ADBC as a stream of Arrow batches.

`read_query` streams a query's rows, `infer_query` states its columns. A session can only read; no
message holds a value, a credential or the text of a statement.
"""
