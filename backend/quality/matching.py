"""Which of one side's instances are which of the other's: the pairs of the greatest total score.

The assignment problem, solved by shortest augmenting paths with potentials (Kuhn's Hungarian method in the form of
Jonker and Volgenant, Computing 38, 1987): exact, and cubic in the number of instances, of which a frame has few.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def best_pairs(scores: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pair rows with columns, each at most once, so that the sum of their scores is the greatest there is.

    Args:
        scores: shape (rows, columns), finite; pairs of a score of 0 or less are left out.

    Returns:
        (row, column) pairs, by row.

    Example:
        >>> best_pairs(np.array([[0.9, 0.8], [0.7, 0.0]]))
        [(0, 1), (1, 0)]
    """
    if not scores.size:
        return []
    if scores.shape[0] > scores.shape[1]:
        return sorted((row, column) for column, row in best_pairs(scores.T))
    pairs = sorted((row, column) for column, row in enumerate(_assigned(-scores)) if row >= 0)
    return [(row, column) for row, column in pairs if scores[row, column] > 0]


def _assigned(costs: npt.NDArray[np.float64]) -> list[int]:
    """The row of each column (-1: none) at the least total cost; no more rows than columns."""
    rows, columns = costs.shape
    row_of = [-1] * (columns + 1)  # the last column is where each row starts from
    of_row, of_column = np.zeros(rows), np.zeros(columns + 1)
    for row in range(rows):
        row_of[columns], at = row, columns
        least = np.full(columns, np.inf)
        came_from = np.full(columns, columns)
        seen = np.zeros(columns + 1, bool)
        while row_of[at] >= 0:
            seen[at] = True
            reduced = costs[row_of[at]] - of_row[row_of[at]] - of_column[:columns]
            nearer = ~seen[:columns] & (reduced < least)
            least[nearer], came_from[nearer] = reduced[nearer], at
            step_to = int(np.argmin(np.where(seen[:columns], np.inf, least)))
            step = least[step_to]
            for column in np.flatnonzero(seen):
                of_row[row_of[column]] += step
                of_column[column] -= step
            least[~seen[:columns]] -= step
            at = step_to
        while at != columns:
            row_of[at] = row_of[came_from[at]]
            at = int(came_from[at])
        row_of[columns] = -1
    return row_of[:columns]
