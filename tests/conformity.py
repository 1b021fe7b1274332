"""Whether an answer conforms to its shape of the model, and how long generated tests take."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, Phase, settings
from model_strategies import OPEN_ENUMS, bounds, kind

from bedrock_mock.protocol.patterns import compiled

#: What real foundation models and profiles have goes beyond these: modalities, long names, ways to
#: infer, and to be customised; commas in descriptions, and more models.
OUTGROWN = {
    "BrandedName",
    "InferenceProfileDescription",
    "InferenceProfileModels",
    "InferenceProfileName",
    "InferenceType",
    "ModelCustomization",
    "ModelModality",
    # The model's pattern lacks custom routers.
    "PromptRouterArn",
    "ToolUseType",
}
#: Members that recorded answers have and the model lacks.
EXTENSIONS = {
    "ApplyGuardrailResponse": {"blockedResponse", "output"},
    "TokenUsage": {"cacheReadInputTokenCount", "cacheWriteInputTokenCount", "serverToolUsage"},
}
#: What a refusal says of a member, whose path it names.
FAULT = re.compile(r"at '([^']*)' failed to satisfy constraint: ")


def quick(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        # Shrinking takes minutes; what failed is in the messages of the assertions.
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def nonconforming(shape, value, path="the answer"):
    """What of a JSON value contradicts its shape of the model."""
    if kind(shape) == "document" or shape.name in OUTGROWN:
        return
    if type(value) not in JSON_TYPES[kind(shape)]:
        yield f"{path} is a {type(value).__name__}"
        return
    low, high = bounds(shape)
    size = len(value) if hasattr(value, "__len__") else value
    # The model gives lists of summaries sizes which the real service does not keep.
    if type(value) is not bool and not low <= size <= high and not shape.name.endswith("Summaries"):
        yield f"{path} has the size {size}, not {low} to {high}"
    yield from NONCONFORMING.get(kind(shape), lambda *_: ())(shape, value, path)


def nonconforming_structure(shape, value, path):
    for name in value.keys() - shape.members.keys() - EXTENSIONS.get(shape.name, set()):
        yield f"{path} has the unknown member {name}"
    for name in set(shape.required_members) - value.keys():
        yield f"{path} lacks {name}"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path} is a union of {len(value)} members"
    for name in value.keys() & shape.members.keys():
        yield from nonconforming(shape.members[name], value[name], f"{path}.{name}")


def nonconforming_list(shape, value, path):
    for index, element in enumerate(value):
        yield from nonconforming(shape.member, element, f"{path}[{index}]")


def nonconforming_map(shape, value, path):
    for key, element in value.items():
        yield from nonconforming(shape.key, key, f"the key {key!r} of {path}")
        yield from nonconforming(shape.value, element, f"{path}[{key!r}]")


def nonconforming_string(shape, value, path):
    pattern, enum = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern and not compiled(pattern).fullmatch(value):
        yield f"{path} is {value!r}, which does not match {pattern}"
    if enum and value not in enum and shape.name not in OPEN_ENUMS:
        yield f"{path} is {value!r}, which is not in {enum}"


def nonconforming_timestamp(_shape, value, path):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", value):
        yield f"{path} is {value}, which is no moment in UTC"


NONCONFORMING = {
    "structure": nonconforming_structure,
    "list": nonconforming_list,
    "map": nonconforming_map,
    "string": nonconforming_string,
    "timestamp": nonconforming_timestamp,
}
JSON_TYPES = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "timestamp": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
