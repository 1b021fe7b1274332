"""The verbs that script models and guardrails: what they answer, and what they detect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from bedrock_mock.mock.verb import Verbs, verb
from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    # Those who enter a mock and say nothing do not pay for these; ``performing`` has them.
    from bedrock_mock.scripting.model_call import ModelCall
    from bedrock_mock.scripting.replies import TextTest

Request = Mapping[str, Any]


class ModelVerbs(Verbs):
    """What models answer, what guardrails detect, and calls that are replayed."""

    # --- what models answer ----------------------------------------------------------

    @verb
    def reply(
        self,
        content: object,
        *,
        model: str | None = None,
        user: TextTest | None = None,
        system: TextTest | None = None,
        tool: str | None = None,
        after: str | None = None,
        operation: str | None = None,
        matching: Request | Callable[[ModelCall], object] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has models answer with this whenever a call meets the conditions.

        One declaration answers Converse, InvokeModel in the form of the model's family, and
        the streams of both. Of the rules that a call meets, the one with more conditions
        wins, then the later one.

        Args:
            content: text, a content block of Converse, :func:`bedrock_mock.tool_use`,
                :func:`bedrock_mock.reasoning`, a list of these, a
                :class:`bedrock_mock.Reply`, or a function of the call that gives one of them.
            model: a glob on the model's id, name or ARN: ``anthropic.*``.
            user: a text that the last message contains, a compiled pattern, or a function of
                its text.
            system: the same for the system prompts.
            tool: a tool that is offered and has no result since the last text of the user.
            after: a tool whose result the last message holds.
            operation: ``Converse`` and the like.
            matching: what the request (of InvokeModel: its body) has at least, or a function
                of the call.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: ``content`` is something else.

        Example::

            bedrock.reply("Paris.", user="capital of France")
        """

    def reply_next(self, *contents: object, **when: Json) -> None:
        """Has models answer with these, each once and in this order, before any rule.

        What is left at its end fails a test that uses the fixtures.

        Args:
            contents: what :meth:`reply` takes.
            when: the conditions of :meth:`reply`.

        Raises:
            ValueError: there is no content, one is something else, or a condition is unknown.

        Example::

            bedrock.reply_next("first", "second")
        """
        if not contents:
            msg = "reply_next: give at least one content: reply_next('first', 'second')"
            raise ValueError(msg)
        from bedrock_mock.scripting.reply import reply_of  # noqa: PLC0415 - as below

        for content in contents:
            try:
                # Check all contents first, so that nothing is scripted if one is refused.
                if not callable(content):
                    reply_of(content)
            except ValueError as error:
                msg = f"reply_next({content!r}): {error}"
                raise ValueError(msg) from None
        for content in contents:
            self._perform("reply_next", content=content, **when)

    # --- what guardrails detect --------------------------------------------------------

    @verb
    def detect(
        self,
        text: TextTest | None = None,
        *,
        guardrail: str | None = None,
        source: str | None = None,
        topics: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
        entities: Mapping[str, Any] | None = None,
        grounding: float | None = None,
        relevance: float | None = None,
        findings: Sequence[Mapping[str, Any]] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has guardrails detect what only a model can detect, whenever a text is evaluated.

        Words, profanities, regular expressions and personal data with a pattern are found
        without it. What a guardrail then does is up to its policies: a topic that it does not
        have changes nothing. Declarations hold together, and may stay unused.

        Args:
            text: a text that the evaluated text contains, a compiled pattern, or a function of
                the text; default: any text, and images.
            guardrail: the guardrail's id, ARN or name (default: any, and
                InvokeGuardrailChecks).
            source: ``INPUT`` or ``OUTPUT`` (default: both).
            topics: the names of denied topics.
            filters: the confidence, ``LOW``, ``MEDIUM`` or ``HIGH``, or a score from 0 to 1, of
                each category: ``{"HATE": "HIGH"}``. LOW is a score of 0.3, MEDIUM of 0.6, HIGH
                of 0.9; InvokeGuardrailChecks reports the score.
            entities: the texts that are personal data, by type: ``{"NAME": "Ada"}``.
            grounding: how much an answer is based on its source, from 0 to 1 (default 1).
            relevance: how much it answers the query, from 0 to 1 (default 1).
            findings: findings of automated reasoning, in the form of the service.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: nothing is detected, or a name or value is unknown.

        Example::

            bedrock.detect(text="election", guardrail="politics", topics=["Elections"])
        """

    def replay(
        self,
        path: str | PathLike[str] | None = None,
        *,
        records: Sequence[Request] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> int:
        """Has models answer as invocation logs say, those of the real service too.

        A call of the same model with the same messages gets the answer that was logged, in
        whichever form it asks. Several answers to the same question are given in their order,
        and then the last one again. A replay ranks as a rule with two conditions.

        Args:
            path: a file of ModelInvocationLogs, one a line, plain or gzip, or a folder of
                such files. It is read where this is called, not on the server.
            records: the records themselves, in place of a file.
            region_name: where (default: anywhere, wherever they were logged).
            account_id: whose (default: anybody's).

        Returns:
            How many logged calls have an answer; a call that failed does not count.

        Raises:
            ValueError: neither or both are given, a file is not one of logs, or no record
                has an answer.
            OSError: the file cannot be read.

        Example::

            bedrock.replay("logs/20260102T030405678Z_0123456789abcdef.json.gz")
        """
        from bedrock_mock.mock.log_files import read_logs  # noqa: PLC0415 - as below

        if (path is None) == (records is None):
            msg = "replay: give the path of a file or a folder, or records=[...]"
            raise ValueError(msg)
        said: dict[str, Any] = {"region_name": region_name, "account_id": account_id}
        if path is None:
            said["records"] = records
        else:
            said |= {"path": fspath(path), "records": read_logs(path)}
        given = {name: value for name, value in said.items() if value is not None}
        count: int = self._perform("replay", **given)
        return count
