"""Bedrock's runtime: models are called, and answer as a test has said."""
