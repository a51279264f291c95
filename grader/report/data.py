"""Reports as plain data: the JSON that other programs read, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.judge.evidence import AsTold
from grader.judge.outcome import CaseResult, Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.evidence import told


def report_data(report: Report) -> dict[str, Any]:
    """Return the contract's JSON report as plain data."""
    return {
        "lesson": report.lesson,
        "student": report.student,
        "score": report.score,
        "max_score": report.max_score,
        "grader": {"version": report.version, "sandbox": report.sandbox},
        "exercises": [_exercise(outcome) for outcome in report.exercises],
        "notes": list(report.notes),
    }


def _exercise(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "score": outcome.score,
        "points": outcome.points,
        "verdict": outcome.verdict.value,
        "mistake": outcome.mistake,
        "hint": outcome.hint,
        "mistakes": [_mistake(mistake) for mistake in outcome.mistakes],
        "unexplained": list(outcome.unexplained),
        "evidence": "; ".join(map(told, outcome.evidence)),
        "cases": [_case(case) for case in outcome.cases],
        "carried": outcome.carried,
    }


def _mistake(mistake: Diagnosis) -> dict[str, Any]:
    explains = told(mistake.explains) if mistake.explains else ""
    found: dict[str, Any] = {"name": mistake.name, "hint": mistake.hint, "explains": explains}
    return found if mistake.factor is None else {**found, "factor": mistake.factor}


def _case(case: CaseResult) -> dict[str, str]:
    return {"group": case.group, "verdict": case.verdict.value}


def report_of(data: Mapping[str, Any]) -> Report:
    """Return the report that was written as this data.

    Raises:
        KeyError, TypeError, ValueError: it is no such data.
    """
    return Report(
        lesson=str(data["lesson"]),
        student=str(data["student"]),
        exercises=tuple(outcome_of(item) for item in data["exercises"]),
        version=str(data["grader"]["version"]),
        sandbox=str(data["grader"]["sandbox"]),
        notes=tuple(map(str, data["notes"])),
    )


def outcome_of(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome of one exercise of such a report; raises as `report_of`."""
    said = data["evidence"]
    return Outcome(
        id=str(data["id"]),
        score=float(data["score"]),
        points=float(data["points"]),
        verdict=Verdict(data["verdict"]),
        mistakes=tuple(map(_mistake_of, data["mistakes"])),
        unexplained=tuple(map(str, data["unexplained"])),
        evidence=(AsTold(sentence=str(said)),) if said else (),
        cases=tuple(
            CaseResult(group=str(case["group"]), verdict=Verdict(case["verdict"]))
            for case in data["cases"]
        ),
        carried=data["carried"] is True,
    )


def _mistake_of(data: dict[str, Any]) -> Diagnosis:
    # A report of an older grader does not say.
    factor, explains = data.get("factor"), data.get("explains")
    return Diagnosis(
        name=str(data["name"]),
        hint=str(data["hint"]),
        explains=AsTold(sentence=str(explains)) if explains else None,
        factor=None if factor is None else float(factor),
    )
