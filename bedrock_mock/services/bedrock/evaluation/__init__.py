"""Evaluation jobs, their data sets and their results."""
