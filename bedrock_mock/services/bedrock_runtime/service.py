"""Bedrock's runtime as a mocked service."""

from bedrock_mock.protocol.rules import Departures
from bedrock_mock.resources.service import MockedService
from bedrock_mock.resources.settings import Setting, one_of, whole_number
from bedrock_mock.services.bedrock_runtime import openai_paths
from bedrock_mock.services.bedrock_runtime.backend import RuntimeBackend
from bedrock_mock.services.bedrock_runtime.guardrails.profanities import PROFANITIES
from bedrock_mock.services.bedrock_runtime.guardrails.verbs import detect
from bedrock_mock.services.bedrock_runtime.replaying.verbs import replay
from bedrock_mock.services.bedrock_runtime.responses import RuntimeResponse

BEDROCK_RUNTIME = MockedService(
    name="bedrock-runtime",
    slot="bedrockruntime",
    backend=RuntimeBackend,
    response=RuntimeResponse,
    departures=Departures(
        # Newer models send, and so clients send back, a type that the enum lacks.
        open_enums=frozenset({"ToolUseType"}),
        open_limits=frozenset({"GuardrailIdentifier"}),
    ),
    not_implemented={
        "InvokeModelWithBidirectionalStream": (
            "It needs HTTP/2, and boto3 has no method for it: use Converse or ConverseStream. "
        )
    },
    actions={
        "Converse": "InvokeModel",
        "ConverseStream": "InvokeModelWithResponseStream",
        "StartAsyncInvoke": "InvokeModel",
    },
    other_paths=openai_paths.PATHS,
    settings={
        "profanities": Setting(
            default=PROFANITIES,
            accepts=lambda value: (
                isinstance(value, (list, tuple))
                and all(isinstance(each, str) and each for each in value)
            ),
            words="a list of words",
        ),
        "unmatched": one_of("default", "error"),
        "cold_imported_models": whole_number(0, of="calls"),
    },
    verbs={"detect": detect, "replay": replay},
)
