"""Users of IAM with policies, and calls that moto holds against them."""

from __future__ import annotations

import json

import boto3
from moto.core import set_initial_no_auth_action_count

from support import REGION


def with_key(key, secret=None, service="bedrock"):
    """A client that signs with this access key of IAM or STS."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=secret or key["SecretAccessKey"],
        aws_session_token=key.get("SessionToken"),
    )


def user(name, *operations, resource="*", but=(), actions=()):
    """The access key of a new user who may call these operations, but on some resources none."""
    iam = boto3.client("iam", region_name=REGION)
    iam.create_user(UserName=name)
    actions = [*(f"bedrock:{operation}" for operation in operations), *actions]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    statements = [statement]
    if but:
        statements.append({"Effect": "Deny", "Action": "bedrock:*", "Resource": but})
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
    return iam.create_access_key(UserName=name)["AccessKey"]


@set_initial_no_auth_action_count(0)
def authorised(function, *args, **kwargs):
    """Calls a function while moto checks signatures and policies."""
    return function(*args, **kwargs)
