"""What a request refers to, and whether that has to be there in moto."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.settings import one_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

#: With ``"strict"``, what a request refers to must be in moto.
SETTING = one_of("lenient", "strict")

# https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-import-model.html
_ARCHITECTURES = (
    "gpt_bigcode",
    "gpt_oss",
    "llama",
    "mistral",
    "mixtral",
    "mllama",
    "qwen2",
    "qwen2_5_vl",
    "qwen2_vl",
    "qwen3",
    "qwen3_moe",
    "t5",
)
#: The units of a copy by architecture, hidden size and number of layers, as far as public
#: sources state them: Llama 3.1 8B and 70B, and Qwen3 4B.
_UNITS = {("llama", 4096, 32): 2, ("llama", 8192, 80): 8, ("qwen3", 2560, 36): 1}
_VERSIONS = {"gpt_oss": "v2.0"}
_WITHOUT_INSTRUCT = ("gpt_oss", "qwen")
_FILES = ("config.json", "tokenizer_config.json", "tokenizer.json")
_WEIGHTS = ".safetensors"


class Model(NamedTuple):
    """What is read from the files of a model; the defaults are those of a Llama 3.1 8B."""

    architecture: str = "llama"
    instruct_supported: bool = True
    units: int = 2
    units_version: str = "v1.0"
    #: Why it cannot be imported, if so.
    failure: str | None = None


def are_strict(backend: ServiceBackend) -> bool:
    """Whether what a request refers to must be there."""
    return bool(backend.setting("references") == "strict")


def check_bucket(backend: ServiceBackend, member: str, uri: str) -> None:
    """A bucket must be there, where references are strict.

    Raises:
        ValidationException: it is not.
    """
    if are_strict(backend) and neighbours.bucket_of(backend, uri) is None:
        _missing(member, f"S3 has no bucket '{neighbours.split_uri(uri)[0]}'", uri)


def check_objects(backend: ServiceBackend, member: str, uri: str) -> None:
    """A bucket, and in it an object or several of this prefix, must be there, where strict.

    Raises:
        ValidationException: they are not.
    """
    check_bucket(backend, member, uri)
    bucket = neighbours.bucket_of(backend, uri) if are_strict(backend) else None
    if bucket is not None and not bucket.has(neighbours.split_uri(uri)[1]):
        _missing(member, "S3 has no such object", uri)


def check_log_group(backend: ServiceBackend, member: str, name: str) -> None:
    """A log group must be there, where references are strict.

    Raises:
        ValidationException: it is not.
    """
    if are_strict(backend) and not neighbours.has_log_group(backend, name):
        _missing(member, "CloudWatch Logs has no such log group", name)


def check_vpc(backend: ServiceBackend, config: Mapping[str, Any] | None) -> None:
    """Subnets and security groups must be there, where references are strict.

    Raises:
        ValidationException: one is not.
    """
    if config is None or not are_strict(backend):
        return
    for subnet in config["subnetIds"]:
        if not neighbours.has_subnet(backend, subnet):
            _missing("vpcConfig.subnetIds", "EC2 has no such subnet", subnet)
    for group in config["securityGroupIds"]:
        if not neighbours.has_security_group(backend, group):
            _missing("vpcConfig.securityGroupIds", "EC2 has no such security group", group)


def _missing(member: str, what: str, value: str) -> None:
    msg = f"The provided value '{value}' of '{member}' is invalid: {what}."
    raise ValidationException(msg)


def model_at(backend: ServiceBackend, uri: str) -> Model:
    """What the model's files at an S3 URI say, as far as moto's S3 has them."""
    bucket = neighbours.bucket_of(backend, uri)
    if bucket is None:
        return Model()
    prefix = neighbours.split_uri(uri)[1]
    prefix = f"{prefix}/" if prefix and not prefix.endswith("/") else prefix
    if are_strict(backend):
        names = [key.removeprefix(prefix) for key in bucket.keys(prefix)]
        missing = [name for name in _FILES if name not in names]
        if not any(name.endswith(_WEIGHTS) for name in names):
            missing.append(f"*{_WEIGHTS}")
        if missing:
            msg = f"The model's files at {uri} are not complete: {', '.join(missing)} not found."
            return Model(failure=msg)
    config = bucket.read(f"{prefix}config.json")
    if config is not None and len(config) > neighbours.MAX_LINE:
        return Model(failure="The model's config.json is larger than 1 MiB.")
    return Model() if config is None else _model_of(config)


def _model_of(config: bytes) -> Model:
    try:
        members = json.loads(config)
        architecture = members["model_type"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Model(failure="The model's config.json is not a JSON object with a model_type.")
    if architecture not in _ARCHITECTURES:
        msg = (
            f"The model architecture '{architecture}' is not supported. "
            f"Supported are: {', '.join(_ARCHITECTURES)}."
        )
        return Model(failure=msg)
    size = architecture, members.get("hidden_size"), members.get("num_hidden_layers")
    return Model(
        architecture,
        not architecture.startswith(_WITHOUT_INSTRUCT),
        next((units for known, units in _UNITS.items() if known == size), Model().units),
        _VERSIONS.get(architecture, Model().units_version),
    )
