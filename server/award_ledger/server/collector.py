"""Python's collector of cycles, spared from walking through all that a ledger keeps."""

import gc

_YOUNG_OBJECTS, _YOUNGER_ROUNDS, _FULL_ROUNDS = 20_000, 10, 100
"""Objects made before the young ones are looked through; rounds before the middle-aged are; of theirs before all."""


def spare_the_collector() -> None:
    """Looks for cycles in what is young, as ever, but seldom in all that is kept.

    That is aggregates and facts, none of which is part of a cycle: those of which there are many are not looked at at
    all (`gc=False`), and what they have none of is the empty tuple, which all share, and not a list of their own. With
    Python's own limits, walks through them took most of the time of a replay, and each stopped every call of a server.
    """
    gc.set_threshold(_YOUNG_OBJECTS, _YOUNGER_ROUNDS, _FULL_ROUNDS)
