"""Pictures are compared value by value, whatever shape they have."""

from __future__ import annotations

from award_ledger.clients.audit.differences import ABSENT, MAX_DIFFERENCES, Findings, Leaf, leaves


def test_every_value_is_paired_with_the_one_at_the_same_place() -> None:
    replayed = {"paid": 1, "parts": [{"due": "a"}, {"due": "b"}], "only_here": 3}
    given = {"paid": 2, "parts": [{"due": "a"}], "only_there": 4}
    assert list(leaves(replayed, given)) == [
        Leaf("paid", 1, 2),
        Leaf("parts[0].due", "a", "a"),
        Leaf("parts[1]", {"due": "b"}, ABSENT),
        Leaf("only_here", 3, ABSENT),
        Leaf("only_there", ABSENT, 4),
    ]


def test_a_flood_of_differences_is_counted_and_not_kept() -> None:
    findings = Findings()
    for position in range(MAX_DIFFERENCES + 5):
        findings.expect(position, "fund F", "available_minor", 1, 2)
    assert (findings.values, findings.count) == (MAX_DIFFERENCES + 5, MAX_DIFFERENCES + 5)
    assert len(findings.differences) == MAX_DIFFERENCES
    first = "position 0: fund F, available_minor: the replay says 1, the ledger 2"
    assert str(findings.differences[0]) == first
