"""Terms travel unchanged, and whatever cannot be read is named by its path in the request."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from award_ledger.domain.refusals import InvalidFields
from award_ledger.domain.terms import Forecast, Instrument, Interpretation, LocalizedText, Terms
from award_ledger.server.rpc.mapping.terms import terms_from_message, terms_message
from award_ledger.v1 import terms_pb2 as pb
from tests import samples
from tests.domain.arbitrary import terms as arbitrary_terms


@given(arbitrary_terms())
def test_terms_come_back_as_they_went(terms: Terms) -> None:
    assert terms_from_message(terms_message(terms)) == terms


@given(arbitrary_terms())
def test_a_message_with_every_default_written_out_stays_the_same(terms: Terms) -> None:
    message = terms_message(terms)
    assert terms_message(terms_from_message(message)) == message


def test_texts_dates_and_readings_come_back_too() -> None:
    plain = terms_from_message(samples.terms())
    terms = msgspec.structs.replace(
        plain,
        instrument=Instrument(document="d", title="t", article="6", quote="q", dated=plain.validity.valid_from),
        forecasts=(Forecast(year=2026, amount_minor=5, source="s"),),
        interpretations=(
            Interpretation(
                ambiguity=LocalizedText(zh="甲", en="a"), reading=LocalizedText(en="r"), fields=("caps[0].window",)
            ),
        ),
        conditions=(LocalizedText(zh="示", en="shown"),),
        responsible_departments=("czt",),
    )
    assert terms_from_message(terms_message(terms)) == terms


def test_every_field_of_terms_is_in_both_declarations() -> None:
    assert different(Terms, pb.Terms.DESCRIPTOR, set()) == []


def different(kind: type[msgspec.Struct], descriptor: object, seen: set[str]) -> list[str]:
    """Names of fields that only one of the two declarations has, also further down."""
    fields: dict[str, object] = descriptor.fields_by_name  # type: ignore[attr-defined]
    name: str = descriptor.full_name  # type: ignore[attr-defined]
    if name in seen:
        return []
    seen.add(name)
    ours = {info.name: info.type for info in msgspec.structs.fields(kind)}
    found = [f"{name}.{field}" for field in ours.keys() ^ fields.keys()]
    for field in ours.keys() & fields.keys():
        message = fields[field].message_type  # type: ignore[attr-defined]
        if message is None:
            continue
        for nested in structs_in(ours[field]):
            tag = nested.__struct_config__.tag
            found += different(nested, message.fields_by_name[tag].message_type if tag else message, seen)
    return found


def structs_in(kind: object) -> list[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [nested for part in getattr(kind, "__args__", ()) for nested in structs_in(part)]


def test_years_and_months_left_out_are_one() -> None:
    window = pb.Window(kind=pb.WINDOW_KIND_FISCAL_YEARS)
    terms = samples.terms()
    terms.caps[0].window.CopyFrom(window)
    read = terms_from_message(terms).caps[0].window
    assert (read.years, read.first_month) == (1, 1)


def wrong(change: str) -> pb.Terms:
    terms = samples.terms()
    match change:
        case "unknown enum":
            terms.caps[0].scope = 99  # type: ignore[assignment]
        case "unset enum":
            terms.caps[0].window.kind = pb.WINDOW_KIND_UNSPECIFIED
        case "no window":
            terms.caps[0].ClearField("window")
        case "no rule":
            terms.amounts.add()
        case "bad date":
            terms.validity.valid_to = "2025-02-30"
        case "basic date":
            terms.validity.valid_to = "20250228"
        case "no validity":
            terms.ClearField("validity")
        case "optional date":
            terms.instrument.dated = "May"
        case "default enum":
            terms.caps[0].mode = 7  # type: ignore[assignment]
    return terms


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ("unknown enum", ["terms.caps[0].scope"]),
        ("unset enum", ["terms.caps[0].window.kind"]),
        ("no window", ["terms.caps[0].window.kind"]),
        ("no rule", ["terms.amounts[1]"]),
        ("bad date", ["terms.validity.valid_to"]),
        ("basic date", ["terms.validity.valid_to"]),
        ("no validity", ["terms.validity.valid_from", "terms.validity.valid_to"]),
        ("optional date", ["terms.instrument.dated"]),
        ("default enum", ["terms.caps[0].mode"]),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(change: str, paths: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        terms_from_message(wrong(change))
    assert [violation.field for violation in caught.value.violations] == paths


def test_every_fault_is_found_at_once() -> None:
    terms = wrong("bad date")
    terms.caps[0].scope = pb.SCOPE_UNSPECIFIED
    terms.gives_back.add()
    with pytest.raises(InvalidFields) as caught:
        terms_from_message(terms)
    assert [violation.field for violation in caught.value.violations] == [
        "terms.validity.valid_to",
        "terms.caps[0].scope",
        "terms.gives_back[3].ground",
    ]
