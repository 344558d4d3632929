"""The demonstration: one story per kind of rule, told to a real server over real gRPC, and then replayed from zero.

`python -m award_ledger.clients.demo`; it ends with `demo: ok`, or with another exit code than 0.
"""
