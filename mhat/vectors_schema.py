"""The JSON Schema of the test vectors: what each field is, and as much of what must hold as a schema can say."""

from mhat import words
from mhat.problems import PROBLEMS, Problem

LICENCE = "CC0-1.0"
FIELDS = words.read(__file__)
COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string", "minLength": 1}
BOTH = {"type": "object", "required": ["ko", "en"], "additionalProperties": False,
        "properties": {"ko": TEXT, "en": TEXT}}
NAME = {"type": "string", "pattern": "^[a-z0-9_-]+$"}
SIZE = {"type": "number", "exclusiveMinimum": 0}
NOTE = {"bug": BOTH, "effect": BOTH, "link": TEXT}


def described(part: str, fields: dict[str, dict]) -> dict:
    """An object with exactly these fields, each with its description."""
    own = {name: {"description": FIELDS[part][name]["en"], **rule} for name, rule in fields.items()}
    return {"type": "object", "required": list(fields), "properties": own, "additionalProperties": False}


def array(shape: tuple[int, ...]) -> dict:
    """Numbers of a shape, nested as JSON nests them."""
    if not shape:
        return {"type": "number"}
    return {"type": "array", "minItems": shape[0], "maxItems": shape[0], "items": array(shape[1:])}


def many(count: int, items: dict) -> dict:
    """An array of this many."""
    return {"minItems": count, "maxItems": count, "items": items}


def sparse(count: int, items: dict, given: int) -> dict:
    """An array of this many, null but for some."""
    return many(count, {"anyOf": [items, {"type": "null"}]}) | {
        "contains": items, "minContains": given, "maxContains": given}


def of_problem(name: str, problem: Problem) -> dict:
    """What holds for the cases of a problem: shape, steps, and at how many of them the path is given."""
    gradients = next(iter(problem.gradients.values()))
    steps, own = len(gradients), array(gradients.shape[1:])
    state = {"properties": {"t": COUNT}, "additionalProperties": own}
    then = {
        "dtype": {"enum": list(problem.gradients)}, "shape": {"const": list(gradients.shape[1:])},
        "lr": many(steps, {"type": "number"}), "theta": own, "start": state, "end": state,
        "gradients": many(steps, own),
        "path": sparse(steps, own, len(problem.shown)) if problem.shown else many(steps, own),
    }
    return {"if": {"properties": {"name": {"const": name}}}, "then": {"properties": then}}


def exactly(names: list[str], rule: dict) -> dict:
    """An object with these names and no others."""
    return {"required": names, "propertyNames": {"enum": names} if names else False, "additionalProperties": rule}


def of_form(names: list[str], settings: list[str], keeps: list[str]) -> dict:
    """What holds for forms that are told and keep the same."""
    parts = {"settings": exactly(settings, {"type": "number"}), **{
        part: exactly(keeps, {}) for part in ("start", "end", "end_tolerance")}}
    cases = {"items": {"properties": parts}}
    return {"if": {"properties": {"form": {"enum": names}}}, "then": {"properties": {"cases": cases}}}


def alike(forms: dict[str, tuple[list[str], list[str]]]) -> list[dict]:
    """`of_form` for each kind of form that there is."""
    kinds = {}
    for name, kind in forms.items():
        kinds.setdefault(repr(kind), (kind, []))[1].append(name)
    return [of_form(names, *kind) for kind, names in kinds.values()]


def case() -> dict:
    """A case of any form."""
    numbers = {"type": "object", "additionalProperties": {"type": "number"}}
    return described("case", {
        "id": {"type": "string", "pattern": "^[a-z0-9_]+/[a-z]+/float(32|64)$"}, "name": {"enum": list(PROBLEMS)},
        "about": BOTH, "comment": BOTH, "flags": {"type": "array", "items": NAME, "uniqueItems": True},
        "dtype": {"enum": ["float64", "float32"]}, "shape": {"type": "array"}, "settings": numbers,
        "lr": {"type": "array"}, "theta": {}, "start": {"type": "object"}, "gradients": {"type": "array"},
        "path": {"type": "array"}, "end": {"type": "object"}, "tolerance": SIZE,
        "end_tolerance": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
    }) | {"allOf": [of_problem(name, problem) for name, problem in PROBLEMS.items()]}


def schema(files: dict[str, dict[str, tuple[list[str], list[str]]]], version: str) -> dict:
    """The schema of all files of a version.

    files  {file: {form: (names of its settings, names of its state)}}
    """
    forms = {name: kind for listed in files.values() for name, kind in listed.items()}
    group = described("group", {
        "form": {"enum": list(forms)}, "definition": TEXT, "code": TEXT,
        "cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}},
    }) | {"allOf": alike(forms)}
    own = [{"if": {"properties": {"name": {"const": file}}},
            "then": {"properties": {"groups": many(len(listed), {"properties": {"form": {"enum": list(listed)}}})}}}
           for file, listed in files.items()]
    notes = {"type": "object", "propertyNames": NAME, "additionalProperties": described("note", NOTE)}
    whole = described("file", {
        "$schema": TEXT, "name": {"enum": list(files)}, "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "licence": {"const": LICENCE}, "count": {"type": "integer", "minimum": 1}, "notes": notes,
        "groups": {"type": "array", "items": {"$ref": "#/$defs/group"}},
    })
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Moments test vectors",
            "$comment": f"Version {version}, {LICENCE}", "description": FIELDS["needs"]["code"]["en"],
            **whole, "allOf": own, "$defs": {"case": case(), "group": group}}
