"""How things of the ledger look on the screen: each view turns messages into lines and tables."""
