"""Terms from files are the domain's Terms: those that a server would have published."""

from __future__ import annotations

import pytest

from award_ledger.clients.audit.published_terms import UnsoundTerms, domain_terms
from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.server.rpc.mapping.terms import terms_from_message  # a test may look into both rooms
from award_ledger.v1.terms_pb2 import CapMode, Terms

CATALOGUE = [item.message for item in load_package(catalogue_path("shandong-2025-49")).measures]


@pytest.mark.parametrize("message", CATALOGUE, ids=lambda message: message.measure_code)
def test_every_measure_of_the_catalogue_is_read_as_the_server_reads_it(message: Terms) -> None:
    assert domain_terms(message) == terms_from_message(message)


def test_what_no_ledger_would_publish_is_refused_with_its_field() -> None:
    unsound = Terms()
    unsound.CopyFrom(next(message for message in CATALOGUE if message.measure_code == "A06-1"))
    unsound.caps[0].limit_minor = -1
    with pytest.raises(UnsoundTerms) as caught:
        domain_terms(unsound)
    assert [path for path, _ in caught.value.faults] == ["caps[0].limit_minor"]


def test_a_value_that_the_contract_does_not_know_is_refused() -> None:
    unsound = Terms()
    unsound.CopyFrom(next(message for message in CATALOGUE if message.measure_code == "A06-1"))
    unsound.caps[0].mode = CapMode.ValueType(99)
    with pytest.raises(UnsoundTerms, match="99"):
        domain_terms(unsound)
