"""Wraps what can be decorated, one plain branch for each kind."""

from __future__ import annotations

import functools
import inspect
import unittest
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, ExitStack, aclosing
from types import FunctionType
from typing import Any

from bedrock_mock.mock.xunit import OF_CLASS, OF_METHOD, as_pytest_counts
from bedrock_mock.protocol.types import Foreign

Activate = Callable[[], AbstractContextManager[object]]

_ACTIVATIONS = "_bedrock_mock_activations"


def decorate(target: Foreign, activate: Activate) -> Foreign:
    """The target with a mock active whenever its body runs.

    Args:
        target: a function, coroutine function, generator function, asynchronous
            generator function or class. A class is changed in place: each test of a
            ``unittest.TestCase``, from ``setUp`` to the last cleanup, or each public
            method of any other class, and with pytest all from ``setup_method`` to
            ``teardown_method``, runs in one mock.
        activate: gives a fresh context manager that activates the mock.

    Raises:
        TypeError: the target is nothing of these.
    """
    if inspect.isclass(target):
        return _class(target, activate)
    if inspect.isasyncgenfunction(target):
        return _async_generator(target, activate)
    if inspect.iscoroutinefunction(target):
        return _coroutine(target, activate)
    if inspect.isgeneratorfunction(target):
        return _generator(target, activate)
    if _is_fixture(target):
        hint = "put @mock_bedrock below @pytest.fixture, so that it decorates the function"
        msg = f"mock_bedrock cannot decorate the fixture {target!r}: {hint}"
        raise TypeError(msg)
    # On Python 3.10 and newer a staticmethod can be called.
    if callable(target) and not isinstance(target, staticmethod):
        return _function(target, activate)
    hint = ""
    if isinstance(target, dict):
        hint = f": did you mean mock_bedrock(config={target!r})?"
    elif isinstance(target, (staticmethod, classmethod)):
        hint = f": put it below @{type(target).__name__}"
    msg = f"mock_bedrock decorates functions and classes, not {target!r}{hint}"
    raise TypeError(msg)


def _is_fixture(target: Foreign) -> bool:
    """Whether a target is what ``@pytest.fixture`` has made of a function."""
    # The former is in pytest 8.4 and newer, the latter in older ones.
    name = type(target).__name__
    return name == "FixtureFunctionDefinition" or hasattr(target, "_pytestfixturefunction")


def _function(function: Foreign, activate: Activate) -> Foreign:
    return as_pytest_counts(_plain(function, activate), function)


def _plain(function: Foreign, activate: Activate) -> Foreign:
    @functools.wraps(function)
    def wrapper(*args: Foreign, **kwargs: Foreign) -> Foreign:
        with activate():
            result = function(*args, **kwargs)
        # Some callables do not look like coroutine functions.
        return _awaited(result, activate) if inspect.iscoroutine(result) else result

    return wrapper


async def _awaited(coroutine: Foreign, activate: Activate) -> Foreign:
    with activate():
        return await coroutine


def _coroutine(function: Foreign, activate: Activate) -> Foreign:
    @functools.wraps(function)
    async def wrapper(*args: Foreign, **kwargs: Foreign) -> Foreign:
        with activate():
            return await function(*args, **kwargs)

    return wrapper


def _generator(function: Foreign, activate: Activate) -> Foreign:
    @functools.wraps(function)
    def wrapper(*args: Foreign, **kwargs: Foreign) -> Generator[Any, Any, Any]:
        with activate():
            return (yield from function(*args, **kwargs))

    return wrapper


def _async_generator(function: Foreign, activate: Activate) -> Foreign:
    @functools.wraps(function)
    async def wrapper(*args: Foreign, **kwargs: Foreign) -> AsyncGenerator[Any, Any]:
        with activate():
            async with aclosing(function(*args, **kwargs)) as generator:
                # "yield from" for asynchronous generators, which Python does not have.
                try:
                    value = await anext(generator)
                    while True:
                        try:
                            sent = yield value
                        except GeneratorExit:
                            raise
                        except BaseException as error:  # noqa: BLE001 - handed on
                            value = await generator.athrow(error)
                        else:
                            value = await generator.asend(sent)
                except StopAsyncIteration:
                    return

    return wrapper


def _class(cls: Foreign, activate: Activate) -> Foreign:
    if issubclass(cls, unittest.TestCase):
        # run() has it all, cleanups too; debug() is its sibling without a result.
        cls.run = _function(cls.run, activate)
        cls.debug = _function(cls.debug, activate)
        return cls
    for name, member in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if inspect.isclass(member) and member.__qualname__.startswith(f"{cls.__qualname__}."):
            _class(member, activate)
        elif isinstance(member, FunctionType) and name not in (*OF_CLASS, *OF_METHOD):
            setattr(cls, name, decorate(member, activate))
    _bracket(cls, activate)
    return cls


def _bracket(cls: Foreign, activate: Activate) -> None:
    """Keeps one mock active from before ``setup_method`` until after ``teardown_method``.

    The methods' own activations nest in it, so a test finds what its setup made. A subclass
    that has one of the two methods of its own may not call ours: it gets a bracket, too.
    """
    setup, teardown = _defined(cls, "setup_method"), _defined(cls, "teardown_method")
    # pytest sets a class within a class up once for each of the two.
    key = object()

    def setup_method(self: Any, method: Foreign = None) -> None:  # noqa: ANN401 - any test class
        mock = activate()
        mock.__enter__()
        vars(self).setdefault(_ACTIVATIONS, []).append((key, mock))
        try:
            _call(setup, self, method)
        except BaseException:
            # pytest does not tear down what failed to set up.
            _unwind(self, key)
            raise

    def teardown_method(self: Foreign, method: Foreign = None) -> None:
        try:
            _call(teardown, self, method)
        finally:
            _unwind(self, key)

    inherited = vars(cls).get("__init_subclass__")

    def __init_subclass__(subclass: Foreign, /, **kwargs: Foreign) -> None:  # noqa: N807 - Python's name
        if inherited is None:
            super(cls, subclass).__init_subclass__(**kwargs)
        else:
            inherited.__get__(None, subclass)(**kwargs)
        if {"setup_method", "teardown_method"} & vars(subclass).keys():
            _bracket(subclass, activate)

    cls.setup_method = setup_method
    cls.teardown_method = teardown_method
    cls.__init_subclass__ = classmethod(__init_subclass__)


def _defined(cls: Foreign, name: str) -> Foreign:
    """A method as it stands in the class or a base, static or not; ``None`` if nowhere."""
    return next((vars(each)[name] for each in cls.__mro__ if name in vars(each)), None)


def _unwind(instance: Foreign, key: object) -> None:
    """Ends what a bracket began, and all that began in it and was not ended."""
    activations = vars(instance).get(_ACTIVATIONS, [])
    keys = [began for began, _ in activations]
    if key in keys:
        place = keys.index(key)
        with ExitStack() as stack:
            for _, mock in activations[place:]:
                stack.push(mock)
            del activations[place:]


def _call(fixture: Foreign, instance: Foreign, method: Foreign) -> None:
    """pytest's setup and teardown methods may take the test method or not, or be static."""
    if fixture is None:
        return
    bound = fixture.__get__(instance, type(instance))
    if inspect.signature(bound).parameters:
        bound(method)
    else:
        bound()
