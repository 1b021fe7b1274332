"""Guardrails as frameworks and the AWS CLI use them: each finds in an answer what it looks for."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from support import NOT_IN, NOT_OUT, guardrail

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
#: Why a model stops when a guardrail intervenes.
BLOCKED = "guardrail_intervened"
EMAIL = {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}


def library(name, package, environment):
    return pytest.importorskip(
        name, reason=f"{package} is not installed: the tox environment {environment} has it"
    )


@pytest.fixture
def made(bedrock):
    """The id of a guardrail that has a version 1."""
    client = bedrock.client("bedrock")
    request = guardrail(sensitiveInformationPolicyConfig=EMAIL)
    made = client.create_guardrail(**request)["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    return made


class TestStrands:
    @pytest.fixture
    def agent(self, made):
        strands = library("strands", "strands-agents", "guardrails")
        from strands.models import BedrockModel

        def agent(messages=(), **options):
            options = {"guardrail_trace": "enabled", **options}
            model = BedrockModel(
                model_id=CLAUDE, guardrail_id=made, guardrail_version="1", **options
            )
            return strands.Agent(model=model, messages=[*messages], callback_handler=None)

        return agent

    @pytest.mark.parametrize("streaming", [True, False])
    def test_strands_redacts_what_is_blocked(self, agent, bedrock, streaming):
        bedrock.reply("Never said.")
        asked = agent(streaming=streaming)
        answer = asked("Tell me the secret.")
        assert answer.stop_reason == "guardrail_intervened"
        assert str(answer).strip() == NOT_IN
        # Strands finds the block in the trace, and takes the question out of its memory.
        assert asked.messages[0]["content"] == [{"text": "[User input redacted.]"}]
        assert len(asked.messages) == 2

    @pytest.mark.parametrize("streaming", [True, False])
    def test_strands_goes_on_with_what_passes(self, agent, bedrock, streaming):
        bedrock.reply("Fine.")
        asked = agent(streaming=streaming)
        answer = asked("Hello")
        assert (answer.stop_reason, str(answer).strip()) == ("end_turn", "Fine.")
        assert asked.messages[0]["content"] == [{"text": "Hello"}]

    @pytest.mark.parametrize("streaming", [True, False])
    def test_strands_keeps_what_is_only_masked(self, agent, bedrock, streaming):
        bedrock.reply("Write to ada@example.com.")
        asked = agent(streaming=streaming, guardrail_redact_output=True)
        answer = asked("Hello")
        # The reason is the same as for a block; the trace shows that nothing was blocked.
        assert answer.stop_reason == "guardrail_intervened"
        assert str(answer).strip() == "Write to {EMAIL}."
        assert asked.messages[0]["content"] == [{"text": "Hello"}]

    @pytest.mark.parametrize("streaming", [True, False])
    def test_strands_redacts_an_answer_without_a_trace(self, agent, bedrock, streaming):
        bedrock.reply("The secret is 42.")
        options = {"guardrail_trace": "disabled", "guardrail_redact_output": True}
        asked = agent(streaming=streaming, **options)
        assert str(asked("Hello")).strip() == "[Assistant output redacted.]"
        assert asked.messages[0]["content"] == [{"text": "[User input redacted.]"}]

    @pytest.mark.parametrize(("latest", "reason"), [(True, "end_turn"), (False, BLOCKED)])
    def test_strands_guards_the_latest_message_alone(self, agent, bedrock, latest, reason):
        bedrock.reply("Fine.")
        messages = [
            user("Tell me the secret."),
            {"role": "assistant", "content": [{"text": "No."}]},
        ]
        asked = agent(messages, guardrail_latest_message=latest)
        assert asked("Hello").stop_reason == reason


def user(text):
    return {"role": "user", "content": [{"text": text}]}


class TestLangChain:
    @pytest.mark.parametrize("streams", [True, False])
    def test_langchain_reports_an_intervention(self, bedrock, made, streams):
        langchain_aws = library("langchain_aws", "langchain-aws", "guardrails")
        config = {"guardrailIdentifier": made, "guardrailVersion": "1", "trace": "enabled"}
        if streams:
            config["streamProcessingMode"] = "sync"
        model = langchain_aws.ChatBedrockConverse(model=CLAUDE, guardrail_config=config)
        bedrock.reply("Write to ada@example.com.")
        if streams:
            message, *others = list(model.stream("Hello"))
            for other in others:
                message += other
        else:
            message = model.invoke("Hello")
        assert message.text == "Write to {EMAIL}."
        metadata = message.response_metadata
        assert metadata["stopReason"] == "guardrail_intervened"
        reason = metadata["trace"]["guardrail"]["actionReason"] if not streams else None
        assert reason in {None, "No action.\nGuardrail masked."}

    def test_langchain_reads_the_body_of_an_invocation(self, bedrock, made):
        langchain_aws = library("langchain_aws", "langchain-aws", "guardrails")
        config = {"guardrailIdentifier": made, "guardrailVersion": "1", "trace": True}
        model = langchain_aws.ChatBedrock(model=CLAUDE, guardrails=config)
        assert model.invoke("Tell me the secret.").text == NOT_IN
        (request,) = bedrock.calls.of("InvokeModel")[0].assessments
        assert request["wordPolicy"]["customWords"][0]["match"] == "secret"

    def test_langchain_gives_the_trace_to_a_callback(self, made):
        langchain_aws = library("langchain_aws", "langchain-aws", "guardrails")
        from langchain_core.callbacks import BaseCallbackHandler

        signals = []

        class Handler(BaseCallbackHandler):
            def on_llm_error(self, error, **signal):
                signals.append((str(error), signal))

        config = {"guardrailIdentifier": made, "guardrailVersion": "1", "trace": True}
        model = langchain_aws.ChatBedrock(model=CLAUDE, guardrails=config)
        assert model.invoke("Tell me the secret.", {"callbacks": [Handler()]}).text == NOT_IN
        ((error, signal),) = signals
        assert error == "Error raised by bedrock service: GUARDRAIL_INTERVENED"
        (assessment,) = signal["trace"]["guardrail"]["input"].values()
        assert assessment["wordPolicy"]["customWords"][0]["action"] == "BLOCKED"

    @pytest.mark.parametrize(("last_only", "answer"), [(True, "Fine."), (False, NOT_IN)])
    def test_langchain_guards_the_last_turn_alone(self, bedrock, made, last_only, answer):
        langchain_aws = library("langchain_aws", "langchain-aws", "guardrails")
        bedrock.reply("Fine.")
        model = langchain_aws.ChatBedrockConverse(
            model=CLAUDE,
            guardrail_config={"guardrailIdentifier": made, "guardrailVersion": "1"},
            guard_last_turn_only=last_only,
        )
        messages = [("user", "Tell me the secret."), ("assistant", "No."), ("user", "Hello")]
        assert model.invoke(messages).text == answer


class TestAwsCli:
    @pytest.fixture
    def aws(self, bedrock_server_env):
        if find_spec("awscli") is None:
            pytest.skip("awscli is not installed: the tox environment cli has it")

        def aws(*arguments):
            command = [sys.executable, "-m", "awscli", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            return json.loads(done.stdout)

        return aws

    def test_a_guardrail_is_made_and_applied(self, aws):
        made = aws(
            "bedrock",
            "create-guardrail",
            *("--name", "cli", "--word-policy-config", "wordsConfig=[{text=secret}]"),
            *("--blocked-input-messaging", NOT_IN, "--blocked-outputs-messaging", NOT_OUT),
        )
        answer = aws(
            "bedrock-runtime",
            "apply-guardrail",
            *("--guardrail-identifier", made["guardrailArn"], "--guardrail-version", "DRAFT"),
            *("--source", "OUTPUT", "--content", '[{"text": {"text": "A secret"}}]'),
        )
        assert answer["outputs"] == [{"text": NOT_OUT}]
        assert answer["assessments"][0]["wordPolicy"]["customWords"][0]["match"] == "secret"
