"""From the spool to the master: batch after batch, oldest first, until nothing waits or something is in the way."""
from nodeprep.agent.client import Client
from nodeprep.agent.spool import Spool
from nodeprep.typed import Callable

# Of one request: as JSON, as a tree and packed it is in memory some six times, and what was once taken is not all
# given back.
REPORTS, BYTES = 100, 64 * 2**10


def deliver(spool: Spool, client: Client, more: Callable[[], bool] = lambda: True) -> str:
    """Sends what waits; '' when nothing waits any more, else why not. `more()` is asked between requests."""
    while more():
        reports = spool.oldest(REPORTS, BYTES)
        if not reports:
            return ''
        sent = client.send(reports)
        for report, why in sent.refused:
            spool.refuse(report, why)
        spool.delivered(sent.delivered_up_to)
        if sent.problem:
            return sent.problem
        if not sent.delivered_up_to:
            return 'the master takes nothing'
    return 'there is more to send'
