"""What came of a form, as a sentence. The address that it led to has only a word and a number: nobody can put words in
the page's mouth.
"""
from nodeprep.language import N_, Language
from nodeprep.master.http.request import Request
from nodeprep.master.web import frame
from nodeprep.master.web.frame import Said
from nodeprep.master.web.words import IDENTITIES
from nodeprep.typed import Optional

HELD = 'held-'            # before what two nodes share: decided, and others keep the later one in quarantine
_KINDS = {'none': 'bad', 'nothing': 'bad'}


def _sentence(word: str, count: int, _: Language) -> str:
    """The sentence for a word; '' for one that is not known."""
    if word == 'approved':
        return _.many('One fix is approved. The agent learns it with its next heartbeat.',
                      '{count} fixes are approved. The agents learn it with their next heartbeats.', count)
    if word == 'denied':
        return _.many('One fix is denied. The agent does not ask again for this plan.',
                      '{count} fixes are denied. The agents do not ask again for these plans.', count)
    if word.startswith(HELD) and word[len(HELD):] in IDENTITIES:
        return _.many('That the two nodes share their {kind} is decided; the later one stays in quarantine for one '
                      'other reason.', 'That the two nodes share their {kind} is decided; the later one stays in '
                      'quarantine for {count} other reasons.', count, kind=_(IDENTITIES[word[len(HELD):]]))
    return _(_ALONE[word]) if word in _ALONE else ''


_ALONE = {
    'waived': N_('The waiver holds.'),
    'unwaived': N_('The waiver is ended: what it covered counts again.'),
    'waived-twice': N_('The waiver holds. Another one covers the same already; each holds until its own day.'),
    'still-waived': N_('The waiver is ended; another one still covers what it covered.'),
    'released': N_('The node is released from quarantine.'),
    'forgotten': N_('The node is forgotten: its credential opens nothing any more.'),
    'none': N_('Nothing was done: somebody was quicker, or the plan is another one now. Below is how it is.'),
    'nothing': N_('Nothing was ticked.'),
}


def of(request: Request) -> Optional[Said]:
    """The sentence for `?done=WORD&n=NUMBER`; None without one that is known."""
    word, count = request.query.get('done', ''), request.query.get('n', '1')
    if not count.isdecimal() or len(count) > 6:
        return None
    text = _sentence(word, int(count), frame.language(request))
    return Said(_KINDS.get(word, 'good'), text) if text else None
