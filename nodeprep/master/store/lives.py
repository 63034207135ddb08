"""Earlier lives of a machine: it left or was forgotten here, joins again as a new node, and its agent's chain goes on.

What its earlier self told is no hole in what the new one tells: that begins behind the newest report that this master
took from the machine before. It is the master's own record that says so and nothing that the node names, so whoever
withholds a report since then is seen. Two things bound what a hostile machine could hide with it:

- It says itself which machine it is. One that poses as a machine that is gone has no hole before the number that this
  one had come to; but then nothing below that number may have come of it either, so that all it could hide is time in
  which it is shown as one that has not reported.
- The chain holds what comes against what came. What an agent that is not ours never numbered is no hole to anybody,
  here or elsewhere.
"""
from nodeprep.chain import GENESIS
from nodeprep.master.store import nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, List, Optional, Tuple

EARLIER = 'earlier'       # beside the states of chain.py in the table of gaps: it is told, and is none
_LIVES = ('SELECT b.sequence, b.head FROM node n JOIN node b ON b.machine_id = n.machine_id '
          "AND b.product_uuid = n.product_uuid WHERE n.id = ? AND n.machine_id <> '' AND b.id <> n.id "
          'AND b.status IN (?, ?) AND b.sequence BETWEEN 1 AND ? ORDER BY b.sequence DESC, b.id DESC')


def go_on(cursor: Cursor, node: nodes.Known, report: Any, at: float) -> Optional[Tuple[Any, ...]]:
    """Lets a node whose first report (prepared.Report) comes at a time go on where an earlier life of the machine
    stopped, when that may be its chain. Returns the row of the table of gaps that tells it; None: it begins here.
    """
    if node.sequence or report.sequence == 1:
        return None
    lives: List[Tuple[int, str]] = cursor.all(_LIVES, (node.id, nodes.LEFT, nodes.FORGOTTEN, report.sequence - 1))
    mine = [life for life in lives if life[0] < report.sequence - 1 or report.previous in (life[1], GENESIS)]
    if not mine:
        return None
    node.sequence, node.head = mine[0]
    return node.id, 1, node.sequence, EARLIER, f'reports 1 to {node.sequence} are of before it joined', at
