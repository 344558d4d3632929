"""The auditor's own copy of the log: exporting it, keeping it up to date, and checking receipts against it.

What a server sends is verified before it is kept. Needs `award-ledger[audit]`.
"""
