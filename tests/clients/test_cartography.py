"""Cartography, which reads an account's resources into a graph: all but the graph."""

from __future__ import annotations

from unittest.mock import Mock

import boto3
import pytest

from support import (
    ACCOUNT,
    BASE_ARN,
    NOVA,
    PROVISIONED_MODEL,
    REGION,
    customization_job,
    guardrail,
    throughput,
)

cartography = pytest.importorskip(
    "cartography.intel.aws.bedrock",
    reason="cartography is not installed: the tox environment cartography has it",
)

MODULES = (
    cartography.agents,
    cartography.custom_models,
    cartography.foundation_models,
    cartography.guardrails,
    cartography.knowledge_bases,
    cartography.provisioned_model_throughput,
)


@pytest.fixture
def nodes(control, monkeypatch):
    """Reads regions: the nodes of a label, with the properties that the graph would get."""
    found = {}

    def load(_session, schema, data, **values):
        properties = vars(schema.properties)
        for record in data:
            node = {name: value(ref, record, values) for name, ref in properties.items()}
            found.setdefault(schema.label, []).append(node)

    for module in MODULES:
        monkeypatch.setattr(module, "load", load)
        monkeypatch.setattr(module, "GraphJob", Mock())

    def nodes(label, *regions):
        found.clear()
        cartography.sync(None, boto3.Session(), list(regions or [REGION]), ACCOUNT, 1, {})
        return found.get(f"AWSBedrock{label}", [])

    return nodes


def value(reference, record, values):
    """The value of a property, found as the queries of Cartography find it."""
    if reference.set_in_kwargs:
        return values[reference.name]
    for name in reference.name.split("."):
        record = None if record is None else record.get(name)
    return record


def missing(node):
    """The names of the properties that have no value."""
    return {name for name, property_ in node.items() if property_ is None}


def test_foundation_models_have_all_their_properties(nodes):
    found = {node["model_id"]: node for node in nodes("FoundationModel")}
    nova = found[NOVA]
    assert not missing(nova)
    assert nova["arn"] == f"arn:aws:bedrock:{REGION}::foundation-model/{NOVA}"
    assert nova["model_lifecycle_status"] in {"ACTIVE", "LEGACY"}


def test_guardrails_are_read_from_all_regions(bedrock, control, nodes):
    made = control.create_guardrail(**guardrail(description="The first."))
    control.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
    bedrock.client("bedrock", "eu-west-1").create_guardrail(**guardrail("guardrail-2"))
    first, second = nodes("Guardrail", REGION, "eu-west-1")
    # Cartography reads the list, which has no messages.
    assert missing(first) == {"blocked_input_messaging", "blocked_outputs_messaging"}
    assert (first["id"], first["version"]) == (made["guardrailArn"], "DRAFT")
    assert (second["name"], second["region"]) == ("guardrail-2", "eu-west-1")


def test_custom_models_are_read_with_their_jobs(control, nodes):
    control.create_model_customization_job(**customization_job())
    job = control.get_model_customization_job(jobIdentifier="customization-1")
    (model,) = nodes("CustomModel")
    assert (model["id"], model["job_arn"]) == (job["outputModelArn"], job["jobArn"])
    assert model["base_model_arn"] == BASE_ARN
    assert model["training_data_s3_uri"] == "s3://my-bucket/training.jsonl"
    # Only the list has this name, and Cartography reads GetCustomModel.
    assert missing(model) == {"base_model_name"}


def test_provisioned_throughput_is_read_with_its_models(control, nodes):
    control.create_provisioned_model_throughput(**throughput())
    control.create_provisioned_model_throughput(
        **throughput("throughput-2", commitmentDuration="OneMonth")
    )
    without, with_term = sorted(
        nodes("ProvisionedModelThroughput"), key=lambda node: node["provisioned_model_name"]
    )
    assert without["model_arn"].endswith(PROVISIONED_MODEL)
    assert without["model_arn"] == without["desired_model_arn"]
    assert missing(without) == {"commitment_duration", "commitment_expiration_time"}
    assert with_term["commitment_duration"] == "OneMonth"
    assert not missing(with_term)


def test_an_account_without_permission_has_no_resources(bedrock, control, nodes):
    control.create_guardrail(**guardrail())
    bedrock.raise_next("ListGuardrails", "AccessDeniedException")
    assert nodes("Guardrail") == []
    assert len(nodes("Guardrail")) == 1
