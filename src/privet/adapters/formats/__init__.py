"""Data files, read and written: CSV and its kin, Parquet, Arrow IPC, JSON Lines.

`sniff` states a file's form once, `infer_columns` its columns, `read_batches` streams its rows and
`open_writer` writes them. Nothing here keeps more than a few blocks of a file in memory, and no
message holds a value of one.
"""
