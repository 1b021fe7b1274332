"""The one URL of Bedrock: all else is told apart by the service model."""

from bedrock_mock.services.bedrock.responses import BedrockResponse

#: What the hosts of AWS end in, for all partitions, plain and dual-stack.
DNS_SUFFIXES = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
_SUFFIX = "|".join(suffix.replace(".", r"\.") for suffix in DNS_SUFFIXES)

#: moto's own pattern, and with it the FIPS and the dual-stack hosts.
url_bases = [rf"https?://bedrock(?:-fips)?\.([^/]+)\.(?:{_SUFFIX})"]
url_paths = {"{0}/.*$": BedrockResponse.dispatch}
