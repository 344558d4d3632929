"""The ledger as a journal that other people's programs prove: three self-balancing sets of accounts, from events alone.

`occurrences` says what happened and by how much, `profiles` (data) say where that is posted, `writing` writes it.
"""
