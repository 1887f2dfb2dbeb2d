"""All SQL of the scores."""

from app.scores.repository.answers import answers_of, answers_of_leaf, participants_of
from app.scores.repository.bests import best_points, best_takers, delete_best, replace_takers, set_best, takers_of
from app.scores.repository.exact import array_text, exactly
from app.scores.repository.figures import Figured, figure_row, load_figures, requery_figures, upsert_figures
from app.scores.repository.rosters import forget_scores, reported_elsewhere, revalue
from app.scores.repository.scorecards import (
    covered_points,
    gather_statistics,
    own_points,
    patch_leaf,
    scorecard_row,
    scorecards_written,
    upsert_scorecards,
)

__all__ = [
    "Figured",
    "answers_of",
    "answers_of_leaf",
    "array_text",
    "best_points",
    "best_takers",
    "covered_points",
    "delete_best",
    "exactly",
    "figure_row",
    "forget_scores",
    "gather_statistics",
    "load_figures",
    "own_points",
    "participants_of",
    "patch_leaf",
    "replace_takers",
    "reported_elsewhere",
    "requery_figures",
    "revalue",
    "scorecard_row",
    "scorecards_written",
    "set_best",
    "takers_of",
    "upsert_figures",
    "upsert_scorecards",
]
