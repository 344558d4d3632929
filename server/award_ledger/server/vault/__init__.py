"""Sensitive values: salted commitments for the log, and sealed openings beside it."""
