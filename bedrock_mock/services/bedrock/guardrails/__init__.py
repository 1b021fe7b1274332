"""Guardrails and their versions."""
