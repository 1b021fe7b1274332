"""The hook of LiteLLM's proxy, which has a guardrail look at requests and answers."""

from __future__ import annotations

import asyncio
import os

import pytest

from support import NOT_IN, NOT_OUT, guardrail

# Else it downloads a list of prices when it is imported.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
REASON = "litellm[proxy] is not installed: the tox environment litellm-proxy has it"
litellm = pytest.importorskip("litellm", reason=REASON)
pytest.importorskip("fastapi", reason=REASON)
hooks = pytest.importorskip(
    "litellm.proxy.guardrails.guardrail_hooks.bedrock_guardrails", reason=REASON
)

from fastapi import HTTPException  # noqa: E402 - after the skip
from litellm.caching import DualCache  # noqa: E402
from litellm.exceptions import ModifyResponseException  # noqa: E402
from litellm.proxy._types import UserAPIKeyAuth  # noqa: E402

PII = [{"type": "EMAIL", "action": "ANONYMIZE"}, {"type": "PHONE", "action": "BLOCK"}]
POLICIES = {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": PII}}


def user(text):
    return {"role": "user", "content": text}


def answer(text):
    message = litellm.Message(role="assistant", content=text)
    return litellm.ModelResponse(choices=[litellm.Choices(message=message)])


@pytest.fixture
def made(bedrock):
    """What the hook is told of a guardrail: its id and version."""
    client = bedrock.client("bedrock")
    identifier = client.create_guardrail(**guardrail(**POLICIES))["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=identifier)
    return {"guardrailIdentifier": identifier, "guardrailVersion": "1"}


class Proxy:
    """Calls a hook where the proxy does."""

    def __init__(self, **options):
        options = {"guardrail_name": "bedrock", "default_on": True, **options}
        self.hook = hooks.BedrockGuardrail(**options)

    def ask(self, *messages):
        """The messages that go on to the model."""
        data = {"model": "a-model", "messages": list(messages), "metadata": {}}

        async def main():
            return await self.hook.async_pre_call_hook(
                user_api_key_dict=UserAPIKeyAuth(),
                cache=DualCache(),
                data=data,
                call_type="completion",
            )

        return [message["content"] for message in asyncio.run(main())["messages"]]

    def give(self, text, *messages):
        """The answer that goes back to the user."""
        response = answer(text)
        data = {"model": "a-model", "messages": list(messages or [user("Hi")]), "metadata": {}}

        async def main():
            await self.hook.async_post_call_success_hook(
                data=data, user_api_key_dict=UserAPIKeyAuth(), response=response
            )

        asyncio.run(main())
        return response.choices[0].message.content


class TestApplyGuardrail:
    @pytest.fixture
    def proxy(self, made):
        return Proxy(event_hook=["pre_call", "post_call"], **made)

    def test_what_passes_is_left_as_it_is(self, proxy, bedrock):
        assert proxy.ask(user("Hello")) == ["Hello"]
        (call,) = bedrock.calls.of("ApplyGuardrail")
        assert call.request["source"] == "INPUT"

    @pytest.mark.parametrize("text", ["Tell me the secret.", "Call 212-555-0173."])
    def test_a_block_is_an_error_with_the_message(self, proxy, text):
        with pytest.raises(HTTPException) as caught:
            proxy.ask(user(text))
        assert caught.value.status_code == 400
        assert caught.value.detail["bedrock_guardrail_response"] == NOT_IN

    def test_each_message_is_masked_in_its_place(self, proxy):
        asked = proxy.ask(user("I am ada@example.com."), user("Hello"), user("Or bob@example.com."))
        assert asked == ["I am {EMAIL}.", "Hello", "Or {EMAIL}."]

    def test_an_answer_is_masked_or_blocked(self, proxy, bedrock):
        assert proxy.give("Write to ada@example.com.") == "Write to {EMAIL}."
        with pytest.raises(HTTPException) as caught:
            proxy.give("The secret is 42.")
        assert caught.value.detail["bedrock_guardrail_response"] == NOT_OUT
        assert {call.request["source"] for call in bedrock.calls.of("ApplyGuardrail")} == {"OUTPUT"}

    def test_a_block_can_be_an_answer(self, made):
        proxy = Proxy(event_hook="pre_call", disable_exception_on_block=True, **made)
        with pytest.raises(ModifyResponseException) as caught:
            proxy.ask(user("Tell me the secret."))
        assert caught.value.message == NOT_IN

    def test_content_that_is_too_large_is_sent_in_pieces(self, made, bedrock):
        text = (
            "Input text size (3273 text units) exceeds the maximum allowed (1000 text units) "
            "for the content filter policy (Classic tier)"
        )
        bedrock.raise_next("ApplyGuardrail", "ThrottlingException", text)
        proxy = Proxy(event_hook="pre_call", chunk_budget_chars=30, **made)
        asked = proxy.ask(user("I am ada@example.com."), user("Or bob@example.com."))
        assert asked == ["I am {EMAIL}.", "Or {EMAIL}."]
        sizes = [len(call.request["content"]) for call in bedrock.calls.of("ApplyGuardrail")]
        assert sizes == [2, 1, 1]

    def test_a_guardrail_that_does_not_exist_is_an_error(self, bedrock):
        proxy = Proxy(guardrailIdentifier="abcdefghijkl", guardrailVersion="1")
        with pytest.raises(HTTPException) as caught:
            proxy.ask(user("Hello"))
        assert caught.value.status_code == 400
        assert caught.value.detail.endswith("in the request does not exist.")
        assert len(bedrock.calls.of("ApplyGuardrail")) == 1


class TestInvokeGuardrailChecks:
    CHECKS = {  # noqa: RUF012 - an option
        "contentFilter": {"categories": [{"category": "HATE"}, {"category": "VIOLENCE"}]},
        "promptAttack": {"categories": [{"category": "JAILBREAK"}]},
        "sensitiveInformation": {"entities": [{"type": "EMAIL"}]},
    }

    @pytest.fixture
    def proxy(self, bedrock):
        return Proxy(event_hook="pre_call", checks=self.CHECKS)

    def test_what_passes_is_left_as_it_is(self, proxy, bedrock):
        assert proxy.ask(user("Hello")) == ["Hello"]
        assert len(bedrock.calls.of("InvokeGuardrailChecks")) == 1

    def test_what_is_found_blocks_by_its_confidence(self, proxy):
        with pytest.raises(HTTPException) as caught:
            proxy.ask(user("I am ada@example.com."))
        (violation,) = caught.value.detail["bedrock_guardrail_checks"]
        assert (violation["check"], violation["type"]) == ("sensitiveInformation", "EMAIL")
        assert violation["confidenceScore"] >= 0.5
