"""What the documents say of each column is what its contract says, and they are the same text each time.

Not here: that others take them for what they are (`tests/judges`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpp_etl import __version__
from bpp_etl.contract_documents.data_package import as_json, in_files, package_of
from bpp_etl.contract_documents.described import LANDING, parts, tables_of
from bpp_etl.contract_documents.odcs import as_yaml
from bpp_etl.contract_documents.write import odcs_told, package_told
from bpp_etl.errors import UsageError
from bpp_etl.warehouse.ddl import sql_type
from schemas.catalog import catalog, relations
from schemas.codes import ANALYTE, LYSIS_CHANGE, SEX
from schemas.contract import columns_of, delivered_columns, grain_of, key_of
from schemas.rules import rules_of
from schemas.tables import TABLES
from tests.support.commands import bpp

PUBLISHED = [(schema, table) for schema, table, _ in relations()]
CONTRACTS = {part: yaml.safe_load(as_yaml(part)) for part in parts()}
RELEASE = json.loads(as_json(package_of(catalog(), in_files("parquet"))))
DELIVERY = json.loads(as_json(package_of([LANDING], in_files("csv"))))


def by_name(listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {one["name"]: one for one in listed}
    assert len(found) == len(listed)
    return found


def odcs_of(part: str, table: str) -> dict[str, Any]:
    return by_name(CONTRACTS[part]["schema"])[table]


def schema_of(package: Mapping[str, Any], name: str) -> dict[str, Any]:
    return dict(by_name(package["resources"])[name]["schema"])


def column_in_both(part: str, table: str, column: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Find a column in the contract of ODCS and in the data package."""
    schema = schema_of(DELIVERY, table) if part == LANDING else schema_of(RELEASE, f"{part}.{table}")
    return by_name(odcs_of(part, table)["properties"])[column], by_name(schema["fields"])[column]


def test_there_is_a_part_for_what_is_delivered_and_for_each_schema_of_a_release() -> None:
    assert parts() == ("landing", *catalog())
    assert [table.name for table in tables_of(LANDING)] == [*TABLES]
    assert [(part, table.name) for part in catalog() for table in tables_of(part)] == PUBLISHED


@pytest.mark.parametrize(("schema", "table"), PUBLISHED)
def test_both_say_of_a_published_table_what_its_contract_says(schema: str, table: str) -> None:
    contract = catalog()[schema][table]
    odcs, package = odcs_of(schema, table), schema_of(RELEASE, f"{schema}.{table}")
    assert odcs["description"] == by_name(RELEASE["resources"])[f"{schema}.{table}"]["description"]
    assert odcs["description"] == grain_of(contract)
    keyed = {one["primaryKeyPosition"]: one["name"] for one in odcs["properties"] if "primaryKey" in one}
    assert tuple(keyed[position] for position in sorted(keyed)) == key_of(contract)
    assert package["primaryKey"] == list(key_of(contract))
    columns = columns_of(contract)
    assert [one["name"] for one in odcs["properties"]] == [column.name for column in columns]
    for column, in_odcs, in_package in zip(columns, odcs["properties"], package["fields"], strict=True):
        assert (in_odcs["name"], in_package["name"]) == (column.name, column.name)
        assert in_odcs["description"] == in_package["description"] == column.description
        assert in_odcs["physicalType"] == sql_type(column)
        assert in_odcs["required"] == (not column.nullable)
        assert in_package.get("constraints", {}).get("required", False) == (not column.nullable)
        valid = [one["arguments"]["validValues"] for one in in_odcs.get("quality", ())]
        assert valid == ([list(column.codes)] if column.codes else [])
        assert in_package.get("constraints", {}).get("enum", []) == list(column.codes)
        stated = {one["property"]: one["value"] for one in in_odcs.get("customProperties", ())}
        assert stated.get("unit") == in_package.get("unit") == column.unit


@pytest.mark.parametrize("table", TABLES)
def test_both_say_of_a_delivered_table_what_a_registry_is_asked_for(table: str) -> None:
    described = TABLES[table]
    odcs, package = odcs_of(LANDING, table), schema_of(DELIVERY, table)
    columns = delivered_columns(described.contract)
    assert [one["name"] for one in odcs["properties"]] == [column.name for column in columns]
    assert [one["name"] for one in package["fields"]] == [column.name for column in columns]
    assert [one["required"] for one in odcs["properties"]] == [column.required for column in columns]
    assert package.get("primaryKey", []) == list(described.delivered_key)
    assert package["fieldsMatch"] == "partial"
    assert [one["name"] for one in odcs["quality"]] == [rule.id for rule in rules_of(table)]
    parents = [(one["reference"]["resource"], one["fields"]) for one in package.get("foreignKeys", ())]
    parent = described.parent
    assert parents == ([(parent.table, [parent.column])] if parent is not None else [])


@pytest.mark.parametrize(
    ("column", "bounds"),
    [
        (("core", "patients", "birth_date"), {"minimum": "1900-01-01"}),
        (("core", "therapy_lines", "line_number"), {"minimum": 1}),
        (("core", "therapy_lines", "cycle_length_days"), {"minimum": 7, "maximum": 84}),
        (("core", "lab_results", "value"), {"exclusiveMinimum": 0}),
        (("core", "her2_tests", "her2_cep17_ratio"), {"minimum": 0, "maximum": 50}),
        (("landing", "lab_results", "value"), {"exclusiveMinimum": 0}),
        # As delivered, 99 stands for a ratio that nobody took, and refuses no row.
        (("landing", "her2_tests", "her2_cep17_ratio"), {}),
        (("core", "lab_results", "unit_factor"), {}),
    ],
)
def test_the_bounds_of_a_column_are_those_beyond_which_its_rows_are_refused(
    column: tuple[str, str, str], bounds: dict[str, object]
) -> None:
    in_odcs, in_package = column_in_both(*column)
    assert in_odcs.get("logicalTypeOptions", {}) == bounds
    sides = ("minimum", "maximum", "exclusiveMinimum")
    told = in_package.get("constraints", {})
    assert {side: told[side] for side in sides if side in told} == bounds


def test_a_code_list_is_closed_where_another_code_refuses_the_row_and_open_where_it_is_left_aside() -> None:
    in_odcs, in_package = column_in_both(LANDING, "patients", "sex")
    assert in_package["constraints"]["enum"] == list(SEX)
    assert in_odcs["quality"][0]["arguments"]["validValues"] == list(SEX)
    in_odcs, in_package = column_in_both(LANDING, "lab_results", "analyte")
    assert "quality" not in in_odcs
    assert "enum" not in in_package["constraints"]
    assert f"Codes: {', '.join(ANALYTE)}; rows with another are left aside." in in_package["description"]
    assert column_in_both("core", "lab_results", "analyte")[1]["constraints"]["enum"] == list(ANALYTE)


def test_a_word_for_empty_is_one_in_every_delivered_column_but_where_it_is_a_code() -> None:
    usual = set(schema_of(DELIVERY, "bone_lesions")["missingValues"])
    assert {"", "NA", "n/a", "None", "none", "[Not Available]", "?"} <= usual
    assert "none" in LYSIS_CHANGE
    own = set(column_in_both(LANDING, "bone_lesions", "lysis_change")[1]["missingValues"])
    assert usual - own == {"none", "NONE", "None"}
    own_words = [
        one["name"]
        for table in TABLES
        for one in schema_of(DELIVERY, table)["fields"]
        if "missingValues" in one
    ]
    assert own_words == ["lysis_change"]
    assert "missingValues" not in schema_of(RELEASE, "core.bone_lesions")


def test_a_delivered_date_is_an_iso_day_and_a_truth_any_word_that_is_read() -> None:
    in_odcs, _ = column_in_both(LANDING, "patients", "last_contact_date")
    assert in_odcs["logicalTypeOptions"] == {"format": "yyyy-MM-dd"}
    _, in_package = column_in_both(LANDING, "imaging_assessments", "is_evaluable")
    assert {"true", "YES", "1"} <= set(in_package["trueValues"])
    assert in_package["default"] == "true"


def test_a_list_holds_what_its_column_holds() -> None:
    in_odcs, in_package = column_in_both("event", "pseudoprogression", "sites")
    assert (in_odcs["logicalType"], in_odcs["items"]) == ("array", {"logicalType": "string"})
    assert (in_package["type"], in_package["arrayItem"]) == ("array", {"type": "string"})


@pytest.mark.parametrize(
    ("schema", "table", "refers"),
    [
        ("core", "patients", []),
        ("core", "therapy_lines", ["core.patients"]),
        ("core", "bone_lesions", ["core.imaging_assessments"]),
        ("quarantine", "bone_lesions", []),
        ("event", "pseudoprogression", ["core.patients", "meta.protocol"]),
        ("metric", "estimate", ["meta.protocol"]),
        ("meta", "protocol", []),
        ("meta", "protocol_parameter", ["meta.protocol"]),
        ("quality", "event_rule_history", []),
    ],
)
def test_a_package_refers_to_any_table_and_a_contract_of_odcs_to_those_of_its_part(
    schema: str, table: str, refers: list[str]
) -> None:
    keys = schema_of(RELEASE, f"{schema}.{table}").get("foreignKeys", [])
    assert [one["reference"]["resource"] for one in keys] == refers
    odcs = odcs_of(schema, table)
    told = [
        *odcs.get("relationships", ()),
        *(r for one in odcs["properties"] for r in one.get("relationships", ())),
    ]
    targets = [one["to"] if isinstance(one["to"], str) else one["to"][0] for one in told]
    within = [name.partition(".")[2] for name in refers if name.startswith(f"{schema}.")]
    assert [target.partition(".")[0] for target in targets] == within


def test_a_table_lies_where_the_files_that_are_named_lie() -> None:
    assert by_name(RELEASE["resources"])["event.first_line"]["path"] == "event/first_line.parquet"
    assert by_name(DELIVERY["resources"])["patients"]["path"] == "patients.csv"


def test_the_version_of_a_document_is_that_of_the_package() -> None:
    assert {one["version"] for one in CONTRACTS.values()} | {RELEASE["version"]} == {__version__}


def test_another_process_with_another_seed_of_hashes_writes_the_same_bytes() -> None:
    script = "from bpp_etl.contract_documents.write import odcs_told, package_told as package\n"
    script += "print(odcs_told((), None), package((), 'csv', None), package(('landing',), 'csv', None))"
    written = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(written) == 1


def test_contracts_are_printed_as_one_stream_or_written_to_a_folder(tmp_path: Path) -> None:
    printed = odcs_told((), None)
    assert [one["id"] for one in yaml.safe_load_all(printed)] == [f"bpp-etl.{part}" for part in parts()]
    folder = tmp_path / "new"
    said = odcs_told(("core", "event"), folder)
    assert said == f"{folder}/core.odcs.yaml\n{folder}/event.odcs.yaml\n"
    assert (folder / "core.odcs.yaml").read_text(encoding="utf-8") == as_yaml("core")


def test_a_package_is_printed_or_written_to_a_file_or_a_folder_and_written_anew(tmp_path: Path) -> None:
    text = package_told((), "parquet", None)
    assert json.loads(text) == RELEASE
    assert package_told((), "parquet", tmp_path) == f"{tmp_path}/datapackage.json\n"
    assert (tmp_path / "datapackage.json").read_text(encoding="utf-8") == text
    assert package_told((LANDING,), "csv", tmp_path / "datapackage.json")
    assert json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8")) == DELIVERY
    assert package_told((LANDING,), "csv", tmp_path / "named.json") == f"{tmp_path}/named.json\n"


def test_what_is_no_part_and_what_is_no_one_package_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no contract of staging") as error:
        odcs_told(("core", "staging"), None)
    assert "landing, core, quarantine" in str(error.value.hint)
    with pytest.raises(UsageError, match="are not one package"):
        package_told((LANDING, "core"), "csv", None)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        odcs_told(("core",), tmp_path / "file")


def test_the_commands_print_the_document_alone_and_need_no_warehouse(tmp_path: Path) -> None:
    said = bpp("contract", "odcs", "meta", BPP_WAREHOUSE=str(tmp_path / "none"))
    assert (said.code, said.out, said.err) == (0, as_yaml("meta"), "")
    said = bpp("contract", "frictionless", "landing", "--files", "csv", BPP_WAREHOUSE=str(tmp_path / "none"))
    assert (said.code, json.loads(said.out), said.err) == (0, DELIVERY, "")
    assert bpp("contract", "odcs", "staging").code == 2
