"""Model import jobs and imported models."""
