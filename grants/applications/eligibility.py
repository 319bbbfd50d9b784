"""The eligibility questions: what a set of answers means. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def failures(questions: Sequence[Any], answers: Mapping[str, bool]) -> list[Any]:
    """The questions whose answer does not pass, an unanswered one included; `answers` by the question's number as text."""
    return [question for question in questions if answers.get(str(question.number)) is not question.passing_answer]
