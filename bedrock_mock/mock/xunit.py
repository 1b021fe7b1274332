"""The functions that pytest calls around tests by their names, in the style of xUnit."""

from __future__ import annotations

import functools

from bedrock_mock.protocol.types import Foreign

#: They run before and after all tests of a class, which is outside of the class's mocks.
OF_CLASS = ("setup_class", "teardown_class")
#: They run around each test of a class.
OF_METHOD = ("setup_method", "teardown_method")
_OF_MODULE = ("setup_module", "teardown_module", "setup_function", "teardown_function")
_NAMES = (*OF_CLASS, *OF_METHOD, *_OF_MODULE)


def as_pytest_counts(wrapper: Foreign, function: Foreign) -> Foreign:
    """The wrapper with as many parameters as the function, if pytest calls it by its name.

    pytest looks at the code of such a function, and hands over the module, class or method
    only if the function takes it.
    """
    if getattr(function, "__name__", None) not in _NAMES:
        return wrapper

    def none() -> Foreign:
        return wrapper()

    def one(first: Foreign) -> Foreign:
        return wrapper(first)

    def two(first: Foreign, second: Foreign) -> Foreign:
        return wrapper(first, second)

    return functools.wraps(function)((none, one, two)[function.__code__.co_argcount])
