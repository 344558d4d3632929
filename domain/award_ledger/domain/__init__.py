"""The rules of the ledger, pure: Terms, assessment, aggregates and their events. No I/O, no clock."""
