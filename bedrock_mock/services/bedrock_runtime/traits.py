"""What a family of models takes and how it answers, as far as that differs between families."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache


@dataclass(frozen=True)
class Traits:
    """How a family differs from the others.

    Attributes:
        may_begin: whether an assistant's turn can come first.
        prefills: whether the last turn may be the assistant's.
        mixes_turns: whether a turn may have text beside tool blocks.
        uses_tools: whether it takes tools.
        streams_tools: whether it takes tools in streaming mode.
        takes_system: whether it takes system prompts.
        refuses: the fields of a request that it does not support, as the service names them.
        reads_s3: whether its images, videos and documents may lie in S3.
        needs_visible_stops: whether a stop sequence must have more than white space.
        samples_one_way: whether it takes a temperature or a ``topP``, but not both.
        max_tokens: the most that ``maxTokens`` can be, if that is known.
        counts: whether CountTokens knows it.
        signs: whether its thoughts have a signature.
        thinks_last: whether its thoughts follow its text.
        begins_empty: whether its streams begin with a block of empty text.
        reports_cache: whether its usage always reports the prompt cache.
        caches: whether its usage reports the prompt cache where a request has cache points.
        invokes_with_cache: whether answers of InvokeModel report the prompt cache.
        details_usage: whether answers of InvokeModel say more of their usage and their end.
        omits_no_writes: whether its usage leaves out what was written to the cache if that is
            nothing.
        types_tools: whether its tool calls have the member ``type``.
        piece: how many characters a piece of a stream has; 0: the whole text is one.
        spaces_json: whether it streams a tool's input in pieces, with spaces.
        numbers_tools: whether the ids of its tool calls are ``functions.NAME:0``.
    """

    may_begin: bool = False
    prefills: bool = True
    mixes_turns: bool = True
    uses_tools: bool = True
    streams_tools: bool = True
    takes_system: bool = True
    refuses: frozenset[str] = frozenset()
    reads_s3: bool = False
    needs_visible_stops: bool = False
    samples_one_way: bool = False
    max_tokens: int | None = None
    counts: bool = False
    signs: bool = False
    thinks_last: bool = False
    begins_empty: bool = False
    reports_cache: bool = False
    caches: bool = False
    invokes_with_cache: bool = False
    details_usage: bool = False
    omits_no_writes: bool = False
    types_tools: bool = False
    piece: int = 5
    spaces_json: bool = False
    numbers_tools: bool = False


_OTHERS = Traits()
_CLAUDE = Traits(
    may_begin=True,
    needs_visible_stops=True,
    counts=True,
    signs=True,
    piece=20,
    spaces_json=True,
)
_CLAUDE_2 = replace(_CLAUDE, uses_tools=False)
_CLAUDE_3_5_HAIKU = replace(_CLAUDE, invokes_with_cache=True)
_CLAUDE_3_7 = replace(_CLAUDE_3_5_HAIKU, reports_cache=True, caches=True)
_CLAUDE_4_1 = replace(_CLAUDE_3_7, samples_one_way=True)
_CLAUDE_4_5 = replace(_CLAUDE_4_1, types_tools=True)
_NOVA = Traits(reads_s3=True, invokes_with_cache=True)
_COMPLETES = Traits(uses_tools=False, takes_system=False)
_LLAMA = Traits(
    mixes_turns=False,
    streams_tools=False,
    refuses=frozenset({"toolConfig.toolChoice.any", "toolConfig.toolChoice.tool"}),
)
#: The first glob that a model's id matches says what it is like.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
_TRAITS = (
    ("anthropic.claude-v2*", _CLAUDE_2),
    ("anthropic.claude-instant*", _CLAUDE_2),
    (
        "anthropic.claude-opus-4-8*",
        replace(_CLAUDE_4_5, prefills=False, omits_no_writes=True, details_usage=True),
    ),
    ("anthropic.claude-3-5-haiku*", _CLAUDE_3_5_HAIKU),
    ("anthropic.claude-haiku-4-5*", replace(_CLAUDE_4_5, max_tokens=64_000)),
    ("anthropic.claude-sonnet-5*", replace(_CLAUDE_4_5, omits_no_writes=True)),
    ("anthropic.claude-sonnet-4-5*", _CLAUDE_4_5),
    ("anthropic.claude-3-7*", _CLAUDE_3_7),
    ("anthropic.claude-sonnet-4-2*", _CLAUDE_3_7),
    ("anthropic.claude-opus-4-2*", _CLAUDE_3_7),
    ("anthropic.claude-sonnet-*", _CLAUDE_4_1),
    ("anthropic.claude-opus-*", _CLAUDE_4_1),
    ("anthropic.*", _CLAUDE),
    ("amazon.nova-2-*", replace(_NOVA, types_tools=True)),
    ("amazon.nova-pro-*", replace(_NOVA, caches=True, max_tokens=10_000)),
    ("amazon.nova-lite-*", replace(_NOVA, caches=True)),
    ("amazon.nova-*", _NOVA),
    ("amazon.titan-*", replace(_COMPLETES, piece=0)),
    ("ai21.j2*", _COMPLETES),
    ("cohere.command-r*", Traits()),
    ("cohere.command*", _COMPLETES),
    ("deepseek.r1*", Traits(uses_tools=False, thinks_last=True)),
    ("mistral.mistral-7b*", replace(_COMPLETES, mixes_turns=False)),
    ("mistral.mixtral*", replace(_COMPLETES, mixes_turns=False)),
    ("mistral.*", Traits(mixes_turns=False)),
    ("meta.llama2*", replace(_LLAMA, uses_tools=False)),
    ("meta.llama3-8b*", replace(_LLAMA, uses_tools=False)),
    ("meta.llama3-70b*", replace(_LLAMA, uses_tools=False)),
    ("meta.*", _LLAMA),
    ("moonshot*", Traits(numbers_tools=True)),
    ("openai.gpt-oss*", Traits(begins_empty=True)),
    ("twelvelabs.*", Traits(uses_tools=False, reads_s3=True)),
)


@lru_cache
def traits_of(model_id: str) -> Traits:
    """The traits of a model by its id; an imported one's is ``imported.<architecture>``."""
    return next((traits for glob, traits in _TRAITS if fnmatchcase(model_id, glob)), _OTHERS)
