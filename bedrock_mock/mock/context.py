"""mock_bedrock: decorator, context manager and start/stop, composed around moto's mock_aws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, overload

from moto.core.models import botocore_stubber

from bedrock_mock.mock.activation import Activation, Config
from bedrock_mock.mock.decorate import decorate
from bedrock_mock.mock.handle import BedrockMock
from bedrock_mock.moto_bridge.takeover import takeover
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.settings import check_config

__all__ = ["BedrockMock", "MockBedrock", "current", "mock_bedrock"]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class MockBedrock:
    """What :func:`mock_bedrock` gives: usable as decorator, context manager or with start/stop."""

    def __init__(self, config: Config | None = None) -> None:
        if config is not None:
            from bedrock_mock.services import settings  # noqa: PLC0415 - it loads all services

            check_config(config, settings())
        self._config = config
        self._activations: list[Activation] = []

    def start(self, reset: bool = True) -> BedrockMock:  # noqa: FBT001, FBT002 - as in moto
        """Activates the mock.

        Args:
            reset: whether the outermost mock begins with no state, as in moto's ``mock_aws``.

        Returns:
            The object that ``with mock_bedrock() as bedrock:`` gives.
        """
        activation = Activation(self._config)
        try:
            activation.begin(reset=reset)
            self._activations.append(activation)
        except BaseException:
            self._finish(activation)
            raise
        return activation.handle

    def stop(self, remove_data: bool = True) -> None:  # noqa: FBT001, FBT002 - as in moto
        """Ends what the last :meth:`start` began.

        Args:
            remove_data: whether the state ends with the outermost mock, as in moto's
                ``mock_aws``; else the next ``start(reset=False)`` finds it.

        Raises:
            RuntimeError: there was no start.
        """
        if not self._activations:
            msg = "mock_bedrock: stop() was called before start()"
            raise RuntimeError(msg)
        activation = self._activations[-1]
        try:
            activation.end(remove_data=remove_data)
            self._activations.remove(activation)
        except BaseException:
            self._finish(activation, remove_data=remove_data)
            raise

    def __getattr__(self, name: str) -> Foreign:
        """Says that the mock must be entered first, where the object that it gives has the name."""
        msg = f"{type(self).__name__!r} object has no attribute {name!r}"
        if hasattr(BedrockMock, name):
            msg += "; enter it first: with mock_bedrock() as bedrock:"
        raise AttributeError(msg)

    def _finish(self, *activations: Activation, remove_data: bool = True) -> None:
        """Ends these, even if an exception or Ctrl-C has interrupted them."""
        for each in activations:
            each.finish(remove_data=remove_data)
            self._activations = [other for other in self._activations if other is not each]

    def __enter__(self) -> BedrockMock:
        active = self._activations[:]
        try:
            return self.start()
        except BaseException:
            self._finish(*[each for each in self._activations if each not in active])
            raise

    def __exit__(self, *exception: object) -> None:
        activations = self._activations[-1:]
        try:
            self.stop()
        except BaseException:
            self._finish(*activations)
            raise

    async def __aenter__(self) -> BedrockMock:
        return self.start()

    async def __aexit__(self, *exception: object) -> None:
        self.stop()

    def __call__(self, target: Decorated) -> Decorated:
        """Decorates a function of any kind, or a class."""
        decorated: Decorated = decorate(target, lambda: MockBedrock(self._config))
        return decorated


class _MockBedrock:
    """The type of :data:`mock_bedrock`: it can say what is missing where it is not called."""

    @overload
    def __call__(self, func: Decorated) -> Decorated: ...

    @overload
    def __call__(self, func: None = None, config: Config | None = None) -> MockBedrock: ...

    def __call__(self, func: Any = None, config: Config | None = None) -> Any:
        """Mocks AWS as moto's ``mock_aws`` does, with this package's Bedrock in it.

        Args:
            func: what is decorated, where it stands as ``@mock_bedrock`` without parentheses:
                a function, ``async def`` function, generator, asynchronous generator, pytest
                class or ``unittest.TestCase``.
            config: moto's config, and for Bedrock ``{"bedrock": {...}}`` with any of
                ``"validate_requests": False``, which switches the checks of values against
                the service model off; ``"references": "strict"``, which has roles, buckets,
                files, keys, subnets and security groups be there in moto; ``"quotas": True``,
                or a dict of numbers, which has the service's quotas hold; ``"check_unused":
                False``, with which fixtures accept scripts that were never used;
                ``"foundation_models"``, a list in the form of ListFoundationModels, or the
                path of a JSON file with one, in place of the package's own;
                ``"inference_profiles"``, the same for ListInferenceProfiles; ``"no_access"``, a
                list of globs of models that answer as they do without access; ``"unmatched":
                "error"``, with which a call to a model that no rule is for is refused;
                ``"cold_imported_models"``, for how many calls an imported model is not ready;
                ``"profanities"``, the words of the managed list of guardrails;
                ``"minimum_batch_records"``, the fewest records of a batch inference job; and
                ``"no_batch"``, a list of globs of models that refuse batch inference.

        Returns:
            The decorated object, or a :class:`MockBedrock` to decorate with, to enter, or to
            start and stop. Entering gives a :class:`BedrockMock`.

        Raises:
            ValueError: Bedrock's part of the config has a name or value that means nothing.

        Example::

            @mock_bedrock
            def test_import():
                bedrock = boto3.client("bedrock", "us-east-1")
                assert bedrock.list_imported_models()["modelSummaries"] == []

            with mock_bedrock() as bedrock:
                client = bedrock.client(region_name="eu-west-1")
        """
        if func is None:
            return MockBedrock(config)
        return MockBedrock(config)(func)

    def __enter__(self) -> NoReturn:
        _call_it("with")

    async def __aenter__(self) -> NoReturn:
        _call_it("async with")

    def __exit__(self, *exception: object) -> None:
        """Never reached: entering has raised."""

    __aexit__: Any = __exit__

    def __repr__(self) -> str:
        return "<function mock_bedrock of bedrock_mock>"


def _call_it(statement: str) -> NoReturn:
    msg = f"the parentheses are missing: {statement} mock_bedrock() as bedrock:"
    raise TypeError(msg)


mock_bedrock = _MockBedrock()


def current() -> BedrockMock:
    """The object of the mock that is active, for a function that is decorated.

    Returns:
        What ``with mock_bedrock() as bedrock:`` gives, of the one that began last. After
        :func:`bedrock_mock.install`, plain ``mock_aws`` has one too.

    Raises:
        RuntimeError: no mock is active.

    Example::

        @mock_bedrock
        def test_throttling():
            current().throttle("GetModelImportJob", times=2)
    """
    active = Activation.active
    if active:
        return active[-1].handle
    if takeover.installed and botocore_stubber.enabled:
        return BedrockMock({})
    msg = "current(): no mock is active; use @mock_bedrock or with mock_bedrock():"
    raise RuntimeError(msg)
