"""Asynchronous invocations: models that make videos or embed long media, with files in S3."""
