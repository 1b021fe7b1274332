"""The headers of a request, however it came."""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import HeadersDict


class Headers(dict[str, str]):
    """The headers of a request, by names in any case: moto's and botocore's take long to ask.

    botocore has encoded the values.
    """

    def __init__(self, headers: Any) -> None:  # noqa: ANN401 - of botocore or requests
        if type(headers) is HeadersDict:
            # To ask it for its items takes longer than all else that is read of a request.
            found: dict[Any, Any] = vars(headers)["_dict"]
            lowered = ((key._lower, value) for key, value in found.items())  # noqa: SLF001 - see the canaries
        else:
            lowered = ((name.lower(), value) for name, value in headers.items())
        super().__init__(
            {name: value.decode() if type(value) is bytes else value for name, value in lowered}
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as of a dict
        """The value of a header, or the default."""
        return super().get(name.lower(), default)

    def items(self) -> Any:  # noqa: ANN401 - a list is what moto needs
        """The headers by their names as they are usually written: moto looks for X-Amz-Date."""
        return [(name.title(), value) for name, value in super().items()]
