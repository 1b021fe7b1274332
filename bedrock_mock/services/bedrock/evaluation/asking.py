"""Evaluation jobs ask models, and models answer as everywhere: by the rules of the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.services.bedrock.evaluation.data_sets import (
    PROMPTS,
    PROMPTS_WITH_ANSWERS,
    DataSetError,
)
from bedrock_mock.services.bedrock.json_lines import Form

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.json_lines import Record


def asked(backend: BedrockBackend, model: str, prompt: str) -> str | None:
    """What a model answers to a prompt; ``None`` where no rule is for it.

    Args:
        backend: whose job asks.
        model: the model's id or ARN.
        prompt: what it is asked.
    """
    route = backend.inference_profiles.route(model)
    behind = (route.model_id, *route.names) if route else (model.rpartition("/")[2],)
    call = ModelCall(
        operation="Converse",
        model_id=model,
        model=model,
        messages=[{"role": "user", "content": [{"text": prompt}]}],
        body={"modelId": model},
        account_id=backend.account_id,
        region_name=backend.region_name,
        names=(model, *behind),
    )
    answer = backend.scripts.replies.answer(call)
    return None if answer is None else answer[0].text


class Answerer:
    """Who has answered: a model, or what gave its answers beforehand.

    Args:
        model: the model's configuration in the request.
        backend: whose job asks it.
    """

    def __init__(self, model: Mapping[str, Any], backend: BedrockBackend) -> None:
        self._backend = backend
        beforehand = model.get("precomputedInferenceSource")
        source = beforehand or model["bedrockModel"]
        #: Whether the data set has the answers.
        self.is_beforehand = beforehand is not None
        self.identifier: str = source[
            "inferenceSourceIdentifier" if beforehand else "modelIdentifier"
        ]

    @property
    def form(self) -> Mapping[str, Form]:
        """What a record must have."""
        return PROMPTS_WITH_ANSWERS if self.is_beforehand else PROMPTS

    def response(self, record: Record) -> Record:
        """Its answer to the prompt of a record.

        Raises:
            DataSetError: the data set should have it, and has not.
        """
        prompt = record["prompt"]
        said = None
        if not self.is_beforehand:
            said = asked(self._backend, self.identifier, prompt)
        text = f"A made-up answer to: {prompt}" if said is None else said
        # Made-up records have no answers.
        if self.is_beforehand and "modelResponses" in record:
            for each in record["modelResponses"]:
                if each.get("modelIdentifier", self.identifier) == self.identifier:
                    text = each["response"]
                    break
            else:
                msg = (
                    f"The data set has no response of '{self.identifier}' to the prompt "
                    f"'{record['prompt']}'."
                )
                raise DataSetError(msg)
        return {"modelIdentifier": self.identifier, "response": text}
