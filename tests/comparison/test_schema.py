from dataclasses import fields

from evaluation.comparison import Finding
from evaluation.comparison.schema import SCHEMA_FILE, finding_schema, schema_text


def test_the_committed_schema_is_the_one_the_code_makes():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_the_schema_names_every_field_of_a_finding():
    assert set(finding_schema()["properties"]) == {spec.name for spec in fields(Finding)}


def conforms(value, schema, path="finding"):
    """A small checker of the parts of JSON Schema that the schema uses; yields what is wrong."""
    kinds = {"string": str, "number": (int, float), "integer": int, "object": dict, "array": list, "null": type(None)}
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    if "type" in schema:
        wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(isinstance(value, kinds[kind]) for kind in wanted):
            yield f"{path}: {type(value).__name__} is not {wanted}"
            return
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{path}: lacks {name}" for name in schema.get("required", []) if name not in value)
        if schema.get("additionalProperties") is False:
            yield from (f"{path}: {name} is unknown" for name in value if name not in schema["properties"])
        for name, part in schema["properties"].items():
            if name in value:
                yield from conforms(value[name], part, f"{path}.{name}")
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from conforms(item, schema["items"], f"{path}[{place}]")


def test_findings_conform(finding, study, few):
    for found in (finding, study.run(few), study.run({})):
        assert list(conforms(found.to_dict(), finding_schema())) == []


def test_the_checker_sees_a_wrong_finding(finding):
    broken = {**finding.to_dict(), "status": "proved", "extra": 1}
    assert len(list(conforms(broken, finding_schema()))) == 2
