"""Reading policy packages: what a file may say, and that every fault names its file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from award_ledger.clients import package_source
from award_ledger.clients.package_binding import UnreadableError, read_integer
from award_ledger.clients.package_files import (
    InvalidPackageError,
    Package,
    PackageFileError,
    Sourced,
    catalogue_names,
    catalogue_path,
    load_later,
    load_package,
)
from award_ledger.v1.terms_pb2 import CapMode, Scope, Terms, WindowKind

MEASURE = """\
measure_code: B01-1
name: {zh: 算力券, en: Voucher}
currency: CNY
amounts:
  - up_to: {ceiling: 5_000_000}
caps:
  - id: lifetime
    limit: 7_500_000.05
    scope: enterprise
    window: {kind: calendar_years, years: 2}
    mode: grant_what_fits
second_person: true
"""

PACKAGE = """\
title: {zh: 一揽子, en: All of it}
departments: departments.yaml
code_lists:
  field: fields.yaml
defaults:
  currency: CNY
  lead_departments: [kjt]
  validity: {valid_from: 2025-01-01, valid_to: 2026-12-31, tested: decision}
  interpretations:
    - {ambiguity: {en: shared}, reading: {en: for all}}
funds:
  - {code: B/2025, name: {zh: 资金}, fiscal_year: 2025, appropriated: 30_000_000, document: 文件}
forecasts:
  - {year: 2025, amount: 1_000.50, source: press}
measures: [B01-1]
"""

DEPARTMENTS = """\
- {code: kjt, name: {zh: 省科技厅, en: Science}}
- {code: czt, name: {zh: 省财政厅, en: Finance}}
"""


def write(folder: Path, **files: str) -> Path:
    """Writes files named by keyword (`package`, `B01_1`) and answers the folder."""
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a whole package of one measure."""
    measure = "measure_code: B01-1\nname: {zh: 券}\namounts: []\n"
    return write(
        tmp_path, package=PACKAGE, departments=DEPARTMENTS, fields="- {code: steel, name: {zh: 钢铁}}", B01_1=measure
    )


def load_one(tmp_path: Path, text: str) -> Sourced[Terms]:
    (tmp_path / "measure.yaml").write_text(text, "utf-8")
    (measure,) = load_package(tmp_path / "measure.yaml").measures
    return measure


def errors_of(path: Path) -> tuple[PackageFileError, ...]:
    with pytest.raises(InvalidPackageError) as caught:
        load_package(path)
    return caught.value.errors


def only_error(path: Path) -> PackageFileError:
    (error,) = errors_of(path)
    return error


def test_a_measure_is_read_with_exact_amounts_and_short_names(tmp_path: Path) -> None:
    terms = load_one(tmp_path, MEASURE).message
    assert terms.amounts[0].up_to.ceiling_minor == 500_000_000
    (cap,) = terms.caps
    assert (cap.limit_minor, cap.scope, cap.mode) == (
        750_000_005,
        Scope.SCOPE_ENTERPRISE,
        CapMode.CAP_MODE_GRANT_WHAT_FITS,
    )
    assert (cap.window.kind, cap.window.years) == (WindowKind.WINDOW_KIND_CALENDAR_YEARS, 2)
    assert terms.second_person
    assert terms.name.zh == "算力券"


def test_text_is_typed_by_its_field_and_never_by_its_looks(tmp_path: Path) -> None:
    terms = load_one(
        tmp_path,
        "measure_code: 007\nrequirements: [{fact: new, allowed: [yes, no, null, 1_0]}]\n"
        "thresholds: [{fact: gb, comparison: greater, value: 30.50}]\nvalidity: {valid_from: 2025-05-07}\n",
    ).message
    assert terms.measure_code == "007"
    assert list(terms.requirements[0].allowed) == ["yes", "no", "null", "1_0"]
    assert terms.thresholds[0].value == "30.50"
    assert terms.validity.valid_from == "2025-05-07"


@pytest.mark.parametrize(
    ("currency", "written", "minor"),
    [("CNY", "5,000,000.5", 500_000_050), ("JPY", "1_000", 1000), ("KWD", "0.125", 125), ("EUR", "0500", 50_000)],
)
def test_major_units_follow_the_decimals_of_the_currency(
    tmp_path: Path, currency: str, written: str, minor: int
) -> None:
    text = f'measure_code: X\ncurrency: {currency}\namounts: [{{up_to: {{ceiling: "{written}"}}}}]\n'
    assert load_one(tmp_path, text).message.amounts[0].up_to.ceiling_minor == minor


def test_minor_units_need_no_currency(tmp_path: Path) -> None:
    terms = load_one(tmp_path, "measure_code: X\namounts: [{fixed: {amount_minor: 12_34}}]\n").message
    assert terms.amounts[0].fixed.amount_minor == 1234


@pytest.mark.parametrize("text", ["", "1.", ".5", "1e3", "1,00", "1__0", "_1", "１２", "0x10", "1 000", "+1", "5万"])
def test_only_plain_digits_are_a_number(text: str) -> None:
    with pytest.raises(UnreadableError, match="not a number"):
        read_integer(text, 64, decimals=2)


def test_numbers_reach_the_ends_of_their_field_and_no_further() -> None:
    assert read_integer("-9223372036854775808", 64) == -(2**63)
    assert read_integer("2147483647", 32) == 2**31 - 1
    for text, bits in (("9223372036854775808", 64), ("2147483648", 32)):
        with pytest.raises(UnreadableError, match="too large"):
            read_integer(text, bits)


def test_a_file_may_hold_several_measures(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("measure_code: X1\n---\nmeasure_code: X2\n", "utf-8-sig")  # with a byte order mark, as some save it
    assert [measure.message.measure_code for measure in load_package(path).measures] == ["X1", "X2"]


def test_a_field_of_the_server_s_answer_is_found_in_the_file(tmp_path: Path) -> None:
    measure = load_one(tmp_path, MEASURE)

    def line(field: str) -> int:
        return measure.locate(field).line

    assert line("caps[0].limit_minor") == 8
    assert line("terms.caps[0].window.years") == 10
    assert line("amounts[0].up_to.ceiling_minor") == 5
    assert line("caps[0].key_facts") == 7  # not written: the cap that lacks it
    assert line("caps[4].id") == 7  # not written: the list
    assert line("validity.valid_to") == 1
    assert line("") == 1


# The text of a measure, and where and what its only error is: line, column, field, a part of the problem.
FAULTS: dict[str, tuple[str, int, int, str, str]] = {
    "unknown field": ("caps:\n  - {limt: 5}\n", 2, 6, "caps[0].limt", "unknown field 'limt'; did you mean 'limit'?"),
    "unknown oneof": ("amounts: [{upto: {}}]\n", 1, 12, "amounts[0].upto", "did you mean 'up_to'?"),
    "nothing chosen": ("amounts:\n  - {}\n", 2, 5, "amounts[0]", "needs one of: fixed, up_to"),
    "two chosen": (
        "amounts:\n  - {up_to: {ceiling_minor: 1}, fixed: {amount_minor: 1}}\n",
        2,
        33,
        "amounts[0].fixed",
        "only one of 'up_to' and 'fixed'",
    ),
    "duplicate key": ("currency: CNY\ncurrency: EUR\n", 2, 1, "currency", "written twice: line 1 has it already"),
    "both units": (
        "currency: CNY\ncaps: [{limit: 1, limit_minor: 100}]\n",
        2,
        19,
        "caps[0].limit_minor",
        "only one of 'limit' and 'limit_minor'",
    ),
    "major without currency": ("caps: [{limit: 1}]\n", 1, 16, "caps[0].limit", "needs a currency"),
    "unknown currency": ("currency: CNH\n", 1, 11, "currency", "not a currency of ISO 4217"),
    "currency in lower case": ("currency: cny\ncaps: [{limit: 0.5}]\n", 1, 11, "currency", "not a currency"),
    "currency without minor unit": ("currency: XAU\ncaps: [{limit: 0.5}]\n", 1, 11, "currency", "no minor unit"),
    "too many decimals": (
        "currency: CNY\ncaps: [{limit: 5.000}]\n",
        2,
        16,
        "caps[0].limit",
        "too many decimals: at most 2 decimals",
    ),
    "decimals in minor units": ("caps: [{limit_minor: 5.0}]\n", 1, 22, "caps[0].limit_minor", "a whole number here"),
    "not a number": ("publicity_days: seven\n", 1, 17, "publicity_days", "'seven' is not a number"),
    "commas in braces": ("currency: CNY\ncaps: [{limit: 5,000}]\n", 2, 18, "caps[0].000", "a comma ends the value"),
    "unknown enum": (
        "validity:\n  tested: decisoin\n",
        2,
        11,
        "validity.tested",
        "not one of decision, application, payment; did you mean 'decision'?",
    ),
    "enum by its long name": ("caps: [{scope: SCOPE_KEY}]\n", 1, 16, "caps[0].scope", "not one of enterprise, group"),
    "yes is not true": ("second_person: yes\n", 1, 16, "second_person", "'yes' is neither true nor false"),
    "text for a list": ("lead_departments: kjt\n", 1, 19, "lead_departments", "expected a list, found text"),
    "mapping for a list": ("caps: {id: a}\n", 1, 7, "caps", "expected a list, found a mapping of fields"),
    "list for a mapping": ("name: [a]\n", 1, 7, "name", "expected a mapping of fields, found a list"),
    "text for a mapping": ("caps: [lifetime]\n", 1, 8, "caps[0]", "expected a mapping of fields, found text"),
    "mapping for text": ("currency: {code: CNY}\n", 1, 11, "currency", "expected text, found a mapping of fields"),
    "nothing for text": ("currency:\n", 1, 10, "currency", "expected text, found nothing"),
    "nothing in a list": ("lead_departments:\n  -\n", 2, 4, "lead_departments[0]", "expected text, found nothing"),
    "merge key": ("<<: {currency: CNY}\n", 1, 1, "<<", "unknown field '<<'"),
    "tab": ("name:\n\tzh: a\n", 2, 1, "", "a tab; write spaces"),
    "alias": ("name: &n {zh: a}\n", 1, 7, "", "an anchor or alias"),
    "tag": ("currency: !!python/name:os.system x\n", 1, 11, "", "a tag (tag:yaml.org,2002:python/name:os.system)"),
    "nesting": (f"name: {'[' * 30}\n", 1, 26, "", "nested more than 20 levels deep"),
    "key that is no text": ("? [a]\n: b\n", 1, 3, "", "a field's name must be text"),
    "not YAML": ("name: {zh: a\ncurrency: CNY\n", 2, 9, "", "not valid YAML: while parsing a flow mapping"),
    "half a surrogate pair": ('currency: "\\ud800"\n', 1, 11, "", "half of a surrogate pair"),
    "escape beyond Unicode": ('currency: "\\U00110000"\n', 1, 1, "", "an escape after this stands for no character"),
    "control character": ("currency: CN\x07Y\n", 1, 13, "", "character U+0007 is not allowed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_line_column_and_field(tmp_path: Path, fault: str) -> None:
    text, line, column, field, problem = FAULTS[fault]
    path = tmp_path / "measure.yaml"
    path.write_text(f"{text}measure_code: X\n", "utf-8")
    error = only_error(path)
    assert (error.file, error.line, error.column, error.field) == (path, line, column, field)
    assert problem in error.problem
    assert str(error) == f"{path}:{line}:{column}: {field and field + ': '}{error.problem}"


def test_aliases_cannot_make_a_small_file_huge(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    (tmp_path / "bomb.yaml").write_text(bomb, "utf-8")
    assert only_error(tmp_path / "bomb.yaml").line == 1


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("currency: CNY\nname: {zh: 算}\n".encode("gbk"))
    error = only_error(tmp_path / "gbk.yaml")
    assert (error.line, error.column) == (2, 12)
    assert "not UTF-8 (byte 0xCB)" in error.problem


def test_an_oversized_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("[" * (package_source.MAX_FILE_BYTES + 1), "utf-8")
    assert "larger than 262,144 bytes" in only_error(tmp_path / "big.yaml").problem


def test_reading_ends_after_a_hundred_problems(tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text("".join(f"f{n}: 1\n" for n in range(20_000)), "utf-8")
    assert len(errors_of(tmp_path / "many.yaml")) == package_source.MAX_PROBLEMS


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n", "name: {zh: a}\n"])
def test_a_file_without_a_measure_code_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "empty.yaml").write_text(text, "utf-8")
    assert [error.field for error in errors_of(tmp_path / "empty.yaml")][-1] == "measure_code"


def test_several_errors_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "measure_code: X\ncurrencyy: CNY\nsecond_person: maybe\ncaps:\n  - {scope: everyone}\n", "utf-8"
    )
    assert [(error.line, error.field) for error in errors_of(tmp_path / "m.yaml")] == [
        (2, "currencyy"),
        (3, "second_person"),
        (5, "caps[0].scope"),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = only_error(tmp_path / "none.yaml")
    assert (error.file.name, error.line, error.field) == ("none.yaml", 1, "")
    assert "No such file" in error.problem


def test_a_folder_without_its_head_is_refused(tmp_path: Path) -> None:
    assert only_error(tmp_path).file == tmp_path / "package.yaml"


def test_a_package_is_read_with_its_shared_parts(package: Path) -> None:
    loaded = load_package(package)
    assert loaded.title.en == "All of it"
    assert [entry.code for entry in loaded.departments] == ["kjt", "czt"]
    assert loaded.code_lists["field"][0].name.zh == "钢铁"
    (fund,) = loaded.funds
    assert (fund.message.code, fund.message.currency, fund.message.appropriated_minor) == (
        "B/2025",
        "CNY",
        3_000_000_000,
    )
    assert fund.locate("appropriated_minor").line == 12
    assert loaded.forecasts[0].amount_minor == 100_050


def test_a_measure_overrides_the_defaults_field_by_field_and_keeps_the_readings_of_both(package: Path) -> None:
    write(
        package,
        B01_1="measure_code: B01-1\nvalidity: {valid_to: 2025-12-31}\nlead_departments: [czt]\n"
        "interpretations:\n  - {ambiguity: {en: own}, reading: {en: for one}}\n",
    )
    (measure,) = load_package(package).measures
    terms = measure.message
    assert (terms.validity.valid_from, terms.validity.valid_to) == ("2025-01-01", "2025-12-31")
    assert list(terms.lead_departments) == ["czt"]
    assert [reading.ambiguity.en for reading in terms.interpretations] == ["shared", "own"]
    places = {
        path: measure.locate(path)
        for path in ("validity.valid_from", "validity.valid_to", "interpretations[0]", "interpretations[1].reading")
    }
    assert [(place.file.name, place.line) for place in places.values()] == [
        ("package.yaml", 8),
        ("B01-1.yaml", 2),
        ("package.yaml", 10),
        ("B01-1.yaml", 5),
    ]


def test_one_file_takes_the_defaults_of_the_package_beside_it_or_of_the_one_it_names(package: Path) -> None:
    later = package / "later"
    later.mkdir()
    (later / "B01-1.v2.yaml").write_text("package: ../package.yaml\nmeasure_code: B01-1\n", "utf-8")
    for file in (package / "B01-1.yaml", later / "B01-1.v2.yaml"):
        loaded: Package = load_package(file)
        assert loaded.measures[0].message.currency == "CNY"
        assert loaded.departments
    assert len(load_package(package).measures) == 1  # what lies in a folder below is not part of the package


# A change of the package, and its only error: file, line, field, a part of the problem.
PACKAGE_FAULTS: dict[str, tuple[str, str, str, int, str, str]] = {
    "missing measure": ("[B01-1]", "[B01-1, B01-2]", "package", 15, "measures[1]", "there is no file B01-2.yaml"),
    "measure listed twice": ("[B01-1]", "[B01-1, B01-1]", "package", 15, "measures[1]", "B01-1.yaml is listed twice"),
    "measure elsewhere": ("[B01-1]", "[B01-1, ../x]", "package", 15, "measures[1]", "there is no file ../x.yaml"),
    "missing code list": ("fields.yaml", "field.yaml", "package", 4, "code_lists.field", "there is no file field.yaml"),
    "unknown field of the head": ("forecasts", "forecast", "package", 13, "forecast", "did you mean 'forecasts'?"),
    "request id in a file": ("{code: B", "{request_id: 1, code: B", "package", 12, "funds[0].request_id", "unknown"),
    "amount of a fund": ("30_000_000", "30.0.0", "package", 12, "funds[0].appropriated", "is not a number"),
    "amount of a forecast": ("1_000.50", "1_000.505", "package", 14, "forecasts[0].amount", "too many decimals"),
    "currency of the defaults": ("CNY", "RMB", "package", 6, "defaults.currency", "'RMB' is not a currency"),
    "unknown department": ("[kjt]", "[kjtt]", "package", 7, "lead_departments[0]", "did you mean 'kjt'?"),
}


@pytest.mark.parametrize("fault", PACKAGE_FAULTS)
def test_a_fault_of_the_package_names_its_place(package: Path, fault: str) -> None:
    old, new, file, line, field, problem = PACKAGE_FAULTS[fault]
    write(package, package=PACKAGE.replace(old, new, 1))
    if fault == "missing code list":
        (package / "fields.yaml").unlink()
    error = errors_of(package)[0]
    assert (error.file.stem, error.line, error.field) == (file, line, field)
    assert problem in error.problem


def test_an_error_of_the_defaults_is_told_once_for_all_measures(package: Path) -> None:
    head = PACKAGE.replace("tested: decision", "tested: never").replace("[B01-1]", "[B01-1, B01-2]")
    write(package, package=head, B01_2="measure_code: B01-2\n")
    assert only_error(package).field == "validity.tested"


def test_a_file_that_the_package_does_not_list_is_not_silently_left_out(package: Path) -> None:
    write(package, B01_2="measure_code: B01-2\n")
    error = only_error(package)
    assert (error.file.name, error.line) == ("package.yaml", 15)
    assert "B01-2.yaml is in the folder and not listed" in error.problem


def test_a_listed_file_holds_the_measure_it_is_named_after(package: Path) -> None:
    write(package, B01_1="name: {zh: a}\nmeasure_code: B01-2\n")
    error = only_error(package)
    assert (error.file.name, error.line, error.field) == ("B01-1.yaml", 2, "measure_code")


def test_two_measures_of_one_code_are_refused(package: Path) -> None:
    head = PACKAGE.replace("measures: [B01-1]\n", "")
    write(package, package=head, B01_2="# the code of another file\nmeasure_code: B01-1\n")
    error = only_error(package)
    assert (error.file.name, error.line, error.field) == ("B01-2.yaml", 2, "measure_code")
    assert "B01-1.yaml:1:15 has it already" in error.problem


def test_a_value_outside_its_code_list_is_refused(package: Path) -> None:
    write(package, B01_1="measure_code: B01-1\nrequirements:\n  - {fact: field, allowed: [steel, stel]}\n")
    error = only_error(package)
    assert (error.line, error.field) == (3, "requirements[0].allowed[1]")
    assert "did you mean 'steel'?" in error.problem


def test_a_code_twice_in_its_list_is_refused(package: Path) -> None:
    write(package, fields="- {code: steel}\n- {code: steel}\n")
    error = only_error(package)
    assert (error.file.name, error.line, error.field) == ("fields.yaml", 2, "[1].code")


def test_the_catalogue_is_found_by_name() -> None:
    (name,) = catalogue_names()
    assert (catalogue_path(name) / "package.yaml").is_file()
    with pytest.raises(LookupError, match=f"did you mean '{name}'"):
        catalogue_path(name[:-1])


def test_words_and_later_versions_belong_to_a_package_and_are_no_measures_of_it(package: Path) -> None:
    later = package / "later"
    later.mkdir()
    write(package, package=PACKAGE + "words: words.yaml\n", words="- {code: base, name: {zh: 基地, en: base}}\n")
    write(later, B01_1="package: ../package.yaml\nmeasure_code: B01-1\nname: {zh: 后来}\n")
    loaded = load_package(package)
    assert [(entry.code, entry.name.zh) for entry in loaded.words] == [("base", "基地")]
    assert [measure.message.name.zh for measure in loaded.measures] == ["券"]
    assert [measure.message.name.zh for measure in load_later(package)] == ["后来"]


def test_a_word_that_is_written_twice_is_reported(package: Path) -> None:
    write(package, package=PACKAGE + "words: words.yaml\n", words="- {code: a}\n- {code: a}\n")
    assert "'a' is written twice" in only_error(package).problem
