"""Does a framework do what its own examples say?"""

from collections.abc import Iterator

from app.scoring.answers import Reported
from app.scoring.cohort import leaf_figures
from app.scoring.examples import Example, cohort_pointer, inputs_pointer
from app.scoring.leaf import check_inputs, score_leaf
from app.scoring.problems import AnswerError, Problem
from app.scoring.tree import Framework, Indicator


def check_examples(framework: Framework) -> list[Problem]:
    """Everything that is wrong with the examples of all leaves; [] where every one holds.

    `example_failed`, at the example, with the points expected and got; inputs that the leaf does not take
    with the codes of `check_inputs`, at the input. An undetermined example has 0 points.
    """
    return [
        problem for leaf in framework.leaves for example in leaf.examples for problem in _problems_of(leaf, example)
    ]


def _problems_of(leaf: Indicator, example: Example) -> Iterator[Problem]:
    given = [(inputs_pointer(example), example.inputs)]
    given += [(cohort_pointer(example, index), inputs) for index, inputs in enumerate(example.cohort)]
    answers: list[Reported] = []
    problems: list[Problem] = []
    for pointer, inputs in given:
        try:
            answers.append(Reported(check_inputs(leaf, inputs, pointer)))
        except AnswerError as error:
            problems += error.problems
    if problems:
        yield from problems
        return
    figures = leaf_figures(leaf, {str(number): answer for number, answer in enumerate(answers)})
    score = score_leaf(leaf, answers[0], figures)
    if score.points != example.points:
        why = " (undetermined: the rule gives no result)" if score.state == "undetermined" else ""
        detail = f"expected {example.points:f} points, got {score.points.normalize():f}{why}"
        yield Problem(example.pointer, "example_failed", detail)
