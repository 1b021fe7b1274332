"""The members of a summary of an evaluation job, derived from its Create request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedrock_mock.protocol.types import Json

Config = Mapping[str, Any]


class EvaluationSummary:
    """The members of an EvaluationSummary that are not members of the job itself.

    Each is ``None``, and so not sent, where the job has nothing of the sort.
    """

    evaluation_config: Any
    inference_config: Any

    @property
    def evaluation_task_types(self) -> list[str]:
        """The task types of the data sets, each once, in order."""
        (config,) = self.evaluation_config.values()
        return list(dict.fromkeys(each["taskType"] for each in config["datasetMetricConfigs"]))

    @property
    def model_identifiers(self) -> list[str] | None:
        """The evaluated models; deprecated in favour of the inference config summary."""
        models = self.inference_config.get("models", ())
        return _present(at(each, "bedrockModel", "modelIdentifier") for each in models)

    @property
    def rag_identifiers(self) -> list[str] | None:
        """The evaluated knowledge bases; deprecated like :attr:`model_identifiers`."""
        return _present(map(_knowledge_base, self.inference_config.get("ragConfigs", ())))

    @property
    def evaluator_model_identifiers(self) -> list[str] | None:
        """The judging models."""
        return judges_of(self.evaluation_config.get("automated"))

    @property
    def custom_metrics_evaluator_model_identifiers(self) -> list[str] | None:
        """The models that judge the custom metrics."""
        return judges_of(at(self.evaluation_config, "automated", "customMetricConfig"))

    @property
    def inference_config_summary(self) -> Config:
        """The models or knowledge bases, or the names of what gave the answers beforehand."""
        if "models" in self.inference_config:
            sources = _present(
                at(each, "precomputedInferenceSource", "inferenceSourceIdentifier")
                for each in self.inference_config["models"]
            )
            return {
                "modelConfigSummary": {
                    "bedrockModelIdentifiers": self.model_identifiers,
                    "precomputedInferenceSourceIdentifiers": sources,
                }
            }
        sources = _present(map(_rag_source, self.inference_config["ragConfigs"]))
        return {
            "ragConfigSummary": {
                "bedrockKnowledgeBaseIdentifiers": self.rag_identifiers,
                "precomputedRagSourceIdentifiers": sources,
            }
        }


def identifier_of(rag: Config) -> str | None:
    """The knowledge base of a RAG configuration, or the source of what was found beforehand."""
    return _knowledge_base(rag) or _rag_source(rag)


def _knowledge_base(rag: Config) -> str | None:
    config = at(rag, "knowledgeBaseConfig") or {}
    generate = ("retrieveAndGenerateConfig", "knowledgeBaseConfiguration", "knowledgeBaseId")
    found: str | None = at(config, "retrieveConfig", "knowledgeBaseId") or at(config, *generate)
    return found


def _rag_source(rag: Config) -> str | None:
    sources = (at(rag, "precomputedRagSourceConfig") or {}).values()
    return next((each["ragSourceIdentifier"] for each in sources), None)


def judges_of(config: Config | None) -> list[str] | None:
    """The models that judge, of an automated configuration or of its custom metrics."""
    models = at(config or {}, "evaluatorModelConfig", "bedrockEvaluatorModels") or ()
    return _present(each["modelIdentifier"] for each in models)


def at(config: Config, *path: str) -> Json:
    """What is at this path in nested dicts, or ``None``."""
    value: Any = config
    for name in path:
        value = value.get(name)
        if value is None:
            return None
    return value


def _present(values: Iterable[str | None]) -> list[str] | None:
    return [value for value in values if value is not None] or None
