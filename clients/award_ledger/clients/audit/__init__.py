"""What an auditor runs against a ledger without trusting it: the log, folded again from zero, against every answer.

The only room of the clients that imports the domain: the same pure functions decide here again. It needs
`award-ledger[audit]`.
"""
