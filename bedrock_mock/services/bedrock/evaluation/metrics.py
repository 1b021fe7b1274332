"""The built-in data sets and metrics of evaluation jobs, and which job takes which metric.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-metrics.html
"""

from __future__ import annotations

BUILT_IN = "Builtin."


def _built_in(names: str) -> frozenset[str]:
    return frozenset(f"{BUILT_IN}{name}" for name in names.split())


DATA_SETS = _built_in(
    "Bold BoolQ NaturalQuestions Gigaword RealToxicityPrompts TriviaQA T-Rex "
    "WomensEcommerceClothingReviews Wikitext2"
)
PROGRAMMATIC = _built_in("Accuracy Robustness Toxicity")
JUDGED = _built_in(
    "Correctness Completeness Faithfulness Helpfulness Coherence Relevance FollowingInstructions "
    "ProfessionalStyleAndTone Harmfulness Stereotyping Refusal"
)
RETRIEVE_ONLY = _built_in("ContextRelevance ContextCoverage")
RETRIEVE_AND_GENERATE = _built_in(
    "Correctness Completeness Helpfulness LogicalCoherence Faithfulness CitationPrecision "
    "CitationCoverage Harmfulness Stereotyping Refusal"
)
#: Judges give these in steps.
STEPS = {
    f"{BUILT_IN}Correctness": (0, 0.5, 1),
    f"{BUILT_IN}Completeness": (0, 0.25, 0.5, 0.75, 1),
}
METRICS = PROGRAMMATIC | JUDGED | RETRIEVE_ONLY | RETRIEVE_AND_GENERATE
RATING_METHODS = (
    "ThumbsUpDown",
    "IndividualLikertScale",
    "ComparisonLikertScale",
    "ComparisonChoice",
    "ComparisonRank",
)
#: The members of a RAG source that say whether answers are generated.
RETRIEVES = frozenset({"retrieveConfig", "retrieveSourceConfig"})
GENERATES = frozenset({"retrieveAndGenerateConfig", "retrieveAndGenerateSourceConfig"})
#: Task types that a judged job refuses.
NOT_JUDGED = frozenset({"Custom", "Generation"})
