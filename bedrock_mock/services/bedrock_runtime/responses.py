"""What moto's URL tables of bedrock-runtime point to."""

from bedrock_mock.resources.response import ServiceResponse


class RuntimeResponse(ServiceResponse):
    """Answers the requests to bedrock-runtime, whose wire differs a little."""

    error_suffix = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
    authentication_suffix = ":http://internal.amazon.com/coral/com.amazon.coral.service/"
    is_compact = True
