"""moto's random numbers, of which ids are made: moto's seed makes them repeatable."""

from moto.moto_api._internal import mock_random

__all__ = ["mock_random"]
