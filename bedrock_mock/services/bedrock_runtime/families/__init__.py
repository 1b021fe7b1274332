"""The families of models: how each is asked and answers through InvokeModel.

One more family is one more file here, and its line in :data:`FAMILIES`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from bedrock_mock.services.bedrock_runtime.families.ai21 import Jurassic
from bedrock_mock.services.bedrock_runtime.families.anthropic import Messages
from bedrock_mock.services.bedrock_runtime.families.anthropic_text import Completions
from bedrock_mock.services.bedrock_runtime.families.base import Family
from bedrock_mock.services.bedrock_runtime.families.cohere import Command, CommandR
from bedrock_mock.services.bedrock_runtime.families.cohere_embed import CohereEmbed
from bedrock_mock.services.bedrock_runtime.families.images import (
    Stability,
    StableDiffusionXl,
    TitanImages,
)
from bedrock_mock.services.bedrock_runtime.families.imported import Imported
from bedrock_mock.services.bedrock_runtime.families.llama import Llama
from bedrock_mock.services.bedrock_runtime.families.marketplace import Marketplace
from bedrock_mock.services.bedrock_runtime.families.mistral import Mistral
from bedrock_mock.services.bedrock_runtime.families.nova import Nova
from bedrock_mock.services.bedrock_runtime.families.nova_embed import NovaEmbed
from bedrock_mock.services.bedrock_runtime.families.openai import (
    Chat,
    GptOss,
    MistralChat,
    TextCompletions,
)
from bedrock_mock.services.bedrock_runtime.families.rerank import CohereRerank, Rerank
from bedrock_mock.services.bedrock_runtime.families.titan import TitanText
from bedrock_mock.services.bedrock_runtime.families.titan_embed import TitanEmbed, TitanMultimodal
from bedrock_mock.services.bedrock_runtime.families.twelvelabs import Marengo, Pegasus

#: The first glob that a model's id matches says its family.
FAMILIES: tuple[tuple[str, Family], ...] = (
    ("imported.*", Imported()),
    ("marketplace.*", Marketplace()),
    ("anthropic.claude-v2*", Messages(Completions(), lists_faults=True)),
    ("anthropic.claude-instant*", Messages(Completions(), lists_faults=True)),
    ("anthropic.claude-3*", Messages(Completions(), lists_faults=True)),
    ("anthropic.*", Messages()),
    ("amazon.titan-embed-image*", TitanMultimodal()),
    ("amazon.titan-embed*", TitanEmbed()),
    ("amazon.titan-image*", TitanImages()),
    ("amazon.titan-t*", TitanText()),
    ("amazon.nova-canvas*", TitanImages()),
    ("amazon.nova-2-multimodal-embeddings*", NovaEmbed()),
    ("amazon.nova-micro*", Nova()),
    ("amazon.nova-lite*", Nova()),
    ("amazon.nova-pro*", Nova()),
    ("amazon.nova-premier*", Nova()),
    ("amazon.nova-2-lite*", Nova()),
    ("amazon.rerank*", Rerank()),
    ("meta.*", Llama()),
    ("mistral.mistral-7b*", Mistral()),
    ("mistral.mixtral*", Mistral()),
    ("mistral.mistral-large-2402*", Mistral()),
    ("mistral.mistral-small-2402*", Mistral()),
    ("mistral.*", MistralChat()),
    ("cohere.rerank*", CohereRerank()),
    ("cohere.embed*", CohereEmbed()),
    ("cohere.command-r*", CommandR()),
    ("cohere.command*", Command()),
    ("ai21.j2*", Jurassic()),
    ("ai21.*", Chat()),
    ("deepseek.r1*", TextCompletions()),
    ("deepseek.*", Chat()),
    ("openai.*", GptOss()),
    ("qwen.*", Chat()),
    ("moonshot*", Chat()),
    ("minimax.*", Chat()),
    ("zai.*", Chat()),
    ("google.*", Chat()),
    ("nvidia.*", Chat()),
    ("writer.*", Chat()),
    ("xai.*", Chat()),
    ("stability.stable-diffusion-xl*", StableDiffusionXl()),
    ("stability.*", Stability()),
    ("twelvelabs.marengo*", Marengo()),
    ("twelvelabs.pegasus*", Pegasus()),
)


@lru_cache
def family_of(model_id: str) -> Family | None:
    """The family of a model by its id; ``None`` if InvokeModel does not know it."""
    return next((family for glob, family in FAMILIES if fnmatchcase(model_id, glob)), None)
