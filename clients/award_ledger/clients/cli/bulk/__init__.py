"""`award-ledger import`: a department's spreadsheet, row by row, in batches, and safe to run again."""
