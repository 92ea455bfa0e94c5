"""What pydantic found wrong, as one whole sentence for the operator.

A field's `description` says what the value may be. The value of a field with `repr=False` is a
secret, and no sentence repeats it.
"""

from __future__ import annotations

from pydantic import BaseModel, ValidationError


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first error: which key, what it has to be, and what it is."""
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return f"the key {key!r} is not known; known are {', '.join(model.model_fields)}"
    if first["type"] == "value_error":
        return f"{key}: {first['ctx']['error']}" if key else str(first["ctx"]["error"])
    if not key:
        return "an object is needed here"
    field = model.model_fields[key]
    needed = f"{key} has to be {field.description}"
    if first["type"] == "missing" or not field.repr:
        return needed
    return f"{needed}, not {first['input']!r}"
