"""Whose access key a request has, by its signature or by an API key of Bedrock."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends

#: What an API key of Bedrock unpacks to. One for a short time is a presigned URL, and one for a
#: long time names the IAM user that it belongs to.
_SIGNED = re.compile("X-Amz-Credential=(?P<key>[A-Z0-9]+)(?:%2F|/)")
_OWNED = re.compile("BedrockAPIKey-[^:]*-at-(?P<account>[0-9]{12}):")
_PREFIXES = ("bedrock-api-key-", "ABSK")
#: What a header begins with that says whose signature it is, for which region and service.
_SIGNATURE = "AWS4-HMAC-SHA256 Credential="


def key_and_account(authorization: str) -> tuple[str | None, str | None]:
    """The access key and the account that a header ``Authorization`` names.

    Only an API key for a long time names an account; only one for a short time, and a
    signature, name a key.
    """
    token = _unpacked_token(authorization)
    signed = _SIGNED.search(token) if token else None
    owned = _OWNED.match(token) if token else None
    key = signed and signed["key"]
    if key is None and authorization.startswith(_SIGNATURE):
        key = _key_of_scope(authorization.partition(",")[0])
    return key, owned and owned["account"]


def exist_in_iam() -> bool:
    """Whether moto's IAM has any access key: without one it knows no caller."""
    # Lists, because another thread may add an account or a partition.
    return any(
        iam.access_keys for account in list(iam_backends.values()) for iam in list(account.values())
    )


@lru_cache(maxsize=16)
def _key_of_scope(credential: str) -> str:
    """The access key in the first part of a signature, as moto finds it."""
    response = BaseResponse("bedrock")
    response.headers, response.querystring = {"Authorization": credential}, {}
    return response.get_access_key()


def _unpacked_token(authorization: str) -> str:
    """What a bearer token says, if it is an API key of Bedrock; else nothing."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return ""
    prefix = next((each for each in _PREFIXES if token.startswith(each)), None)
    if prefix is None:
        return ""
    packed = token.removeprefix(prefix)
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("latin-1")
    except binascii.Error:
        return ""
