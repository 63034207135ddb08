"""What came of a form, as a sentence. The address that it led to has only a word and a number: nobody can put words in
the page's mouth.
"""
from nodeprep.master.http.request import Request
from nodeprep.master.web.frame import Said
from nodeprep.typed import Dict, Optional, Tuple

_SENTENCES: Dict[str, Tuple[str, str, str]] = {
    'approved': ('good', 'One fix is approved. The agent learns it with its next heartbeat.',
                 '{} fixes are approved. The agents learn it with their next heartbeats.'),
    'denied': ('good', 'One fix is denied. The agent does not ask again for this plan.',
               '{} fixes are denied. The agents do not ask again for these plans.'),
    'waived': ('good', 'The waiver holds.', 'The waiver holds.'),
    'unwaived': ('good', 'The waiver is ended: what it covered counts again.', ''),
    'released': ('good', 'The node is released from quarantine.', ''),
    'forgotten': ('good', 'The node is forgotten: its credential opens nothing any more.', ''),
    'none': ('bad', 'Nothing was done: somebody was quicker, or the plan is another one now. Below is how it is.', ''),
    'nothing': ('bad', 'Nothing was ticked.', ''),
}


def of(request: Request) -> Optional[Said]:
    """The sentence for `?done=WORD&n=NUMBER`; None without one that is known."""
    found = _SENTENCES.get(request.query.get('done', ''))
    if found is None:
        return None
    count = request.query.get('n', '1')
    if not count.isdecimal() or len(count) > 6:
        return None
    kind, one, many = found
    return Said(kind, one if count == '1' or not many else many.format(f'{int(count):,}'))
