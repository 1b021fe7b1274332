"""What an identifier of a model says by itself, without a look at what there is."""

from __future__ import annotations

import re

#: Where a system-defined profile routes to stands before the model's id.
_PROFILE = re.compile(r"(?:us|eu|apac|au|ca|in|jp|global|us-gov)\.(?P<model>.+)")
_ARN = re.compile(r"arn:[^:]+:[a-z]+:[^:]*:\d*:(?P<kind>[a-z-]+)/(?P<name>.+)")


def name_of(identifier: str) -> str:
    """The model or resource that an identifier names, without ARN and profile."""
    arn = _ARN.fullmatch(identifier)
    named = arn["name"] if arn else identifier
    profile = _PROFILE.fullmatch(named)
    return profile["model"] if profile else named


def is_profile(identifier: str) -> bool:
    """Whether an identifier names an inference profile."""
    arn = _ARN.fullmatch(identifier)
    if arn:
        return arn["kind"].endswith("inference-profile")
    return _PROFILE.fullmatch(identifier) is not None
