"""Bedrock's part of moto's config: what means nothing is refused before anything starts."""

from __future__ import annotations

import pytest
from moto.core.config import default_user_config

from bedrock_mock import install, mock_bedrock


@pytest.mark.parametrize("begin", [mock_bedrock, install])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"validate_request": False}, "no setting 'validate_request'; did you mean validate_"),
        ({"references": "lax"}, "'references' is 'lenient' or 'strict', not 'lax'"),
        ({"validate_requests": "no"}, "'validate_requests' is True or False, not 'no'"),
        ({"quotas": 3}, "'quotas' is True or False or {}, not 3"),
        ({"quotas": {"imported_model": 3}}, "no quota 'imported_model'; did you mean imported_m"),
        ({"quotas": {"imported_models": "3"}}, "is a whole number from 0, not '3'"),
        ({"quotas": {"imported_models": True}}, "is a whole number from 0, not True"),
        ({"quotas": {"imported_models": -1}}, "is a whole number from 0, not -1"),
        (
            {"foundation_models": 5},
            "'foundation_models' is a list in the form of ListFoundationModels, .* not 5",
        ),
        (True, "'bedrock' is a dict of settings, not True"),
        ({"inference_profiles": 5}, "is a list in the form of ListInferenceProfiles, .* not 5"),
        ({"zzz": 1}, "did you mean check_unused, cold_imported_models, foundation_models, infe"),
        ({"no_access": "anthropic.*"}, "'no_access' is a list of globs of model ids, not 'anthr"),
        ({"minimum_batch_records": -1}, "'minimum_batch_records' is a whole number of records fr"),
        ({"no_batch": "anthropic.*"}, "'no_batch' is a list of globs of model ids, not 'anthrop"),
        ({"no_access": [5]}, "'no_access' is a list of globs of model ids, not"),
        ({"cold_imported_models": -1}, "'cold_imported_models' is a whole number of calls from 0"),
        ({"unmatched": True}, "'unmatched' is 'default' or 'error', not True"),
    ],
)
def test_what_means_nothing_is_refused(begin, settings, message):
    with pytest.raises(ValueError, match=message):
        begin(config={"bedrock": settings})


@pytest.mark.parametrize("begin", [mock_bedrock, install])
@pytest.mark.parametrize("config", [{"validate_requests": False}, {"bedrok": {}}, ["bedrock"]])
def test_a_config_in_the_wrong_place_is_refused(begin, config):
    with pytest.raises(ValueError, match=r"config=\{'bedrock': \{...\}\}"):
        begin(config=config)


@pytest.mark.parametrize(
    "config",
    [None, {}, {"bedrock": None}, {"core": {}}, {"bedrock": {"quotas": {"imported_models": 5}}}],
)
def test_what_means_something_is_taken(config):
    with mock_bedrock(config=config) as bedrock:
        assert bedrock.client().list_imported_models()["modelSummaries"] == []
        # An inner mock puts back what it has found, also if nothing was set.
        before = dict(default_user_config)
        with mock_bedrock():
            pass
        assert default_user_config == before
