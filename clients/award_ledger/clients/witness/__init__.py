"""A witness: a second body remembers how far it saw a log, and signs only what continues that (C2SP tlog-witness).

It trusts nobody and holds no secret but its own key. Needs `award-ledger[audit]`.
"""
