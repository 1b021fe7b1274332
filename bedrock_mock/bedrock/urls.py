"""The one URL of Bedrock: all else is told apart by the service model."""

from bedrock_mock.bedrock.responses import BedrockResponse

#: moto's own pattern, and with it the FIPS and the dual-stack hosts.
url_bases = [r"https?://bedrock(?:-fips)?\.(.+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"]
url_paths = {"{0}/.*$": BedrockResponse.dispatch}
