"""A verb: a method whose declaration says what it takes, and whose work is done elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Concatenate, ParamSpec, TypeVar

from bedrock_mock.protocol.types import Json

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Owner = TypeVar("Owner", bound="Verbs")


def verb(
    documented: Callable[Concatenate[Owner, Arguments], Result],
) -> Callable[Concatenate[Owner, Arguments], Result]:
    """Makes a method a verb: its arguments, without defaults, go to ``_perform``."""
    declared = signature(documented)

    @wraps(documented)
    def performed(self: Owner, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            _, *given = declared.bind(self, *args, **kwargs).arguments.items()
        except TypeError as error:
            _, *names = declared.parameters
            msg = f"{documented.__name__}: {error}. Its arguments are: {', '.join(names)}"
            raise TypeError(msg) from None
        defaults = declared.parameters
        said = {name: value for name, value in given if value is not defaults[name].default}
        result: Result = self._perform(documented.__name__, **said)
        return result

    return performed


class Verbs(ABC):
    """What has verbs: in this process or in a server, which does the work."""

    @abstractmethod
    def _perform(self, verb: str, **arguments: Json) -> Json:
        """Has a verb done where the state is."""
