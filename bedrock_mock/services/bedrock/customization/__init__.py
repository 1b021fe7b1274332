"""Customization jobs and custom models."""
