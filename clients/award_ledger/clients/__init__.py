"""The rooms of those who call the ledger: departments, the command line, auditors, finance."""
