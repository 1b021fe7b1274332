"""One class for each error that can leave the service, modelled or of the AWS framework."""

from __future__ import annotations

from typing import ClassVar

from bedrock_mock.protocol.bounded import MESSAGE, bounded


class ServiceError(Exception):
    """An error of the service, answered as JSON with its class's name as the code.

    Args:
        message: the message that the client gets.

    ``status`` is the HTTP status of an error of the AWS framework, which the service
    model does not know. For the modelled errors it is ``None`` and read from the model.
    """

    status: ClassVar[int | None] = None

    def __init__(self, message: str) -> None:
        # What it echoes of a request may be as long as the request is.
        self.message = bounded(message, 2 * MESSAGE)
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The error code: ``ValidationException`` and the like."""
        return type(self).__name__


class AccessDeniedException(ServiceError):
    """The caller may not do this."""


class ConflictException(ServiceError):
    """The resource is in a state that does not allow this."""


class InternalServerException(ServiceError):
    """The service failed; here: the mock has a bug."""


class ResourceNotFoundException(ServiceError):
    """No resource has this identifier."""


class ServiceQuotaExceededException(ServiceError):
    """The account has as many of these as it may."""


class ThrottlingException(ServiceError):
    """The request asks for more than the account may have at once."""


class TooManyTagsException(ServiceError):
    """The resource would have more than 50 tags."""


class ValidationException(ServiceError):
    """The request breaks a constraint of the model or a rule of the service."""


class SerializationException(ServiceError):
    """The request could not be read: no JSON, or a member of another JSON type."""

    status = 400


class UnknownOperationException(ServiceError):
    """No operation of the service has this path and verb."""

    status = 404


class NotImplementedException(ServiceError):
    """The service has this operation, the mock has not."""

    status = 501


class AuthenticationError(ServiceError):
    """The base of errors about the credentials of a request, which any operation can end in."""

    status = 403


class MissingAuthenticationTokenException(AuthenticationError):
    """Authorisation is on and the request is not signed."""


class UnrecognizedClientException(AuthenticationError):
    """Authorisation is on and the access key or session token is unknown."""


class InvalidSignatureException(AuthenticationError):
    """Authorisation is on and the signature does not match."""


class ExpiredTokenException(AuthenticationError):
    """The session token has expired; only tests script it."""


#: The codes of errors about credentials.
AUTHENTICATION = frozenset(each.__name__ for each in AuthenticationError.__subclasses__())


def kind_of(code: str) -> type[ServiceError]:
    """The class of errors with this code; one is made where no part of the mock raises it."""
    known = globals().get(code)
    if isinstance(known, type) and issubclass(known, ServiceError):
        return known
    return type(code, (ServiceError,), {"__doc__": "An error that only tests script."})
