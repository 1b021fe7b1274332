"""Jobs in progress by the name and the ARN of what each will make."""

from __future__ import annotations

from typing import Generic, TypeVar

from bedrock_mock.resources.lifecycle import Lifecycle

J = TypeVar("J", bound=Lifecycle)


class Claims(Generic[J]):
    """What jobs in progress lay claim to, for example ``Claims[ModelImportJob]()``.

    What a job makes is there when it is due, also if no client looks at the job: code that
    looks for it calls :meth:`settle` first.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, J] = {}

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._jobs

    def add(self, job: J, *identifiers: str) -> None:
        """A job that will make what has this name and this ARN has begun."""
        self._jobs.update(dict.fromkeys(identifiers, job))

    def release(self, *identifiers: str) -> None:
        """The job has ended."""
        for identifier in identifiers:
            self._jobs.pop(identifier, None)

    def count(self) -> int:
        """How many jobs are in progress as of now."""
        self.settle()
        return len(set(map(id, self._jobs.values())))

    def settle(self, identifier: str | None = None, *, is_look: bool = False) -> None:
        """Lets jobs finish that are due: the one that makes this name or ARN, or all.

        Args:
            identifier: the name or ARN; default: all.
            is_look: whether this is a look at the jobs, which ``manual`` counts.
        """
        if identifier is None:
            # Each of them is there by a name and by an ARN.
            due = list({id(job): job for job in self._jobs.values()}.values())
        else:
            due = [job for job in (self._jobs.get(identifier),) if job]
        for job in due:
            if is_look:
                job.look()
            else:
                job.settle()
