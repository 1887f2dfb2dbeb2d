"""The engine: from a framework document and answers to points, ranks and receipts.

Standard library only; no clock, no database, no I/O. One verb at three grains: `score_leaf`, `score_unit`,
`score_cohort`.
"""

from app.scoring.answers import Answer, Awarded, Exempt, ExemptionPolicy, Inputs, Rejected, Reported
from app.scoring.benchmarks import check_benchmark
from app.scoring.cohort import CohortScore, leaf_figures, score_cohort
from app.scoring.examples import Example
from app.scoring.expressions import Comparison, Expression, compile_comparison, compile_expression
from app.scoring.figures import Benchmark, Figures, gather_figures
from app.scoring.inputs import InputDecl, Validation
from app.scoring.leaf import check_award, check_inputs, cohort_values, read_inputs, score_leaf
from app.scoring.numbers import total
from app.scoring.problems import AnswerError, DocumentError, ExpressionError, Problem
from app.scoring.proof import check_examples
from app.scoring.ranking import Entry, places, rank, shown
from app.scoring.reading import read_framework, read_indicator
from app.scoring.receipt import receipt
from app.scoring.results import Goalpost, LeafScore, RuleResult
from app.scoring.rules import RULE_TYPES, Rule
from app.scoring.tree import Framework, Grade, Indicator, exempted_by, grade
from app.scoring.unit import UnitScore, answerable, coverage, score_unit

__all__ = [
    "RULE_TYPES",
    "Answer",
    "AnswerError",
    "Awarded",
    "Benchmark",
    "CohortScore",
    "Comparison",
    "DocumentError",
    "Entry",
    "Example",
    "Exempt",
    "ExemptionPolicy",
    "Expression",
    "ExpressionError",
    "Figures",
    "Framework",
    "Goalpost",
    "Grade",
    "Indicator",
    "InputDecl",
    "Inputs",
    "LeafScore",
    "Problem",
    "Rejected",
    "Reported",
    "Rule",
    "RuleResult",
    "UnitScore",
    "Validation",
    "answerable",
    "check_award",
    "check_benchmark",
    "check_examples",
    "check_inputs",
    "cohort_values",
    "compile_comparison",
    "compile_expression",
    "coverage",
    "exempted_by",
    "gather_figures",
    "grade",
    "leaf_figures",
    "places",
    "rank",
    "read_framework",
    "read_indicator",
    "read_inputs",
    "receipt",
    "score_cohort",
    "score_leaf",
    "score_unit",
    "shown",
    "total",
]
