"""What is wrong with content: faults stop the start, warnings do not; each is one sentence naming its place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One mistake: `where` is a file or a screen's full name, `sentence` says what is wrong there."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


class ContentProblem(Exception):
    """Content with faults; carries all of them, not the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
