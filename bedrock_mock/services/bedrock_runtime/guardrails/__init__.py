"""The evaluation of content by guardrails."""
