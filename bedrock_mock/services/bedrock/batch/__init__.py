"""Batch inference: jobs that have a model answer the records of files."""
