"""The store: one ordered log in one SQL database, its derived tables, and the vault beside it.

`opening.open_ledger` gives a `LogRecorder`, whose `reading()` and `writing()` are the only ways in.
"""
