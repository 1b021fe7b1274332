"""One reply through every family and operation: text and calls of tools come back whole."""

from __future__ import annotations

import json

import families
import pytest
from conformity import quick
from hypothesis import given
from hypothesis import strategies as st
from model_strategies import CHARACTERS, JSON

from bedrock_mock import Reply, tool_use
from bedrock_mock.services.bedrock_runtime.families import FAMILIES, family_of
from support import import_job, in_process, marketplace_endpoint

pytestmark = [in_process, pytest.mark.long]

TEXTS = st.text(CHARACTERS, min_size=1, max_size=80)
NAMES = st.from_regex("[a-zA-Z0-9_-]{1,64}", fullmatch=True)
#: Numbers that JSON writes in another way are left out.
ARGUMENTS = st.dictionaries(st.text(CHARACTERS, max_size=8), JSON, max_size=3)


@st.composite
def cut(draw, text):
    """A text in pieces, some of which may be empty."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]


@st.composite
def replies(draw):
    """A reply of one text or several, and what its text is."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=3))
    text = "".join(texts)
    chunks = draw(st.none() | cut(text))
    return Reply(texts if len(texts) > 1 else text, chunks=chunks), text


@pytest.fixture
def model_of(bedrock):
    """Gives the model of a family; one of the account is made first."""

    def model_of(family):
        control = bedrock.client(region_name="us-east-1")
        if family.model == families.MARKETPLACE:
            made = control.create_marketplace_model_endpoint(**marketplace_endpoint())
            return made["marketplaceModelEndpoint"]["endpointArn"]
        if family.model != families.IMPORTED:
            return family.model
        control.create_model_import_job(**import_job())
        return control.list_imported_models()["modelSummaries"][0]["modelArn"]

    return model_of


class Asking:
    """Asks one model through each of the four operations."""

    def __init__(self, runtime, family, model, question="Hello"):
        self._runtime = runtime
        self._family = family
        self._model = model
        self._messages = [{"role": "user", "content": [{"text": question}]}]
        self._body = family.body(question)

    def converse(self, **members):
        return self._runtime.converse(modelId=self._model, messages=self._messages, **members)

    def converse_stream(self, **members):
        answer = self._runtime.converse_stream(
            modelId=self._model, messages=self._messages, **members
        )
        return list(answer["stream"])

    def invoke(self, **members):
        body = json.dumps({**self._body, **members})
        return json.loads(self._runtime.invoke_model(modelId=self._model, body=body)["body"].read())

    def invoke_stream(self, **members):
        body = json.dumps({**self._body, **members})
        answer = self._runtime.invoke_model_with_response_stream(modelId=self._model, body=body)
        return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


def test_every_family_is_in_the_table():
    tested = {type(family_of(each.model.removeprefix("us."))) for each in families.ALL}
    known = {type(family) for glob, family in FAMILIES if glob != "imported.*"}
    assert known - tested == set()


@pytest.mark.parametrize("family", families.TEXT, ids=lambda family: family.name)
def test_a_text_comes_back_whole_through_every_operation(bedrock, runtime, model_of, family):
    asking = Asking(runtime, family, model_of(family))

    @quick(40)
    @given(replies())
    def check(said):
        reply, text = said
        bedrock.reply(reply)
        assert families.converse_text(asking.converse()) == text
        events = asking.converse_stream()
        assert "".join(map(families.converse_piece, events)) == text
        assert family.text(asking.invoke()) == text
        if family.piece:
            chunks = asking.invoke_stream()
            assert "".join(map(family.piece, chunks)) == text
            assert [chunk for chunk in chunks if "amazon-bedrock-invocationMetrics" in chunk] == (
                chunks[-1:]
            )

    check()


@pytest.mark.parametrize("family", families.WITH_TOOLS, ids=lambda family: family.name)
def test_calls_of_tools_come_back_whole_through_every_operation(bedrock, runtime, model_of, family):
    asking = Asking(runtime, family, model_of(family))
    uses = st.lists(st.tuples(NAMES, ARGUMENTS), min_size=1, max_size=3)

    @quick(40)
    @given(uses, st.none() | TEXTS)
    def check(uses, text):
        blocks = [] if text is None else [text]
        bedrock.reply([*blocks, *(tool_use(name, **arguments) for name, arguments in uses)])
        answer = asking.converse(toolConfig=families.TOOL_CONFIG)
        assert (families.converse_uses(answer), answer["stopReason"]) == (uses, "tool_use")
        assert families.converse_text(answer) == (text or "")
        events = asking.converse_stream(toolConfig=families.TOOL_CONFIG)
        assert families.converse_streamed_uses(events) == uses
        invoked = asking.invoke(**family.tools)
        assert (family.used(invoked), family.text(invoked)) == (uses, text or "")
        chunks = asking.invoke_stream(**family.tools)
        assert family.streamed_uses(chunks) == uses
        assert "".join(map(family.piece, chunks)) == (text or "")

    check()
