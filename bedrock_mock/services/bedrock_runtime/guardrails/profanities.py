"""A small list of mild profanities, in place of the list of the service, which is not published."""

#: ``config={"bedrock": {"profanities": [...]}}`` replaces it.
PROFANITIES = (
    "arse",
    "bastard",
    "bloody hell",
    "bollocks",
    "bugger",
    "crap",
    "damn",
    "dammit",
    "goddamn",
)
