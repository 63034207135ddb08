"""What states, deeds and decisions are called in every form of a compliance report, and on the page of a master."""
from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.typed import Any, Dict

Tree = Dict[str, Any]
# What a share is a share of, in the order in which a chart stacks it; met first.
COUNTED = ('met', 'drifted', 'unknown', 'silent')
APART = ('waived', 'advised', 'ignored', 'not-applicable')
NAMES = {'met': N_('met'), 'drifted': N_('drifted'), 'unknown': N_('could not tell'), 'silent': N_('silent'),
         'waived': N_('waived'), 'not-applicable': N_('does not apply'), 'advised': N_('advised, not met'),
         'ignored': N_('ignored'), 'quarantined': N_('quarantined'),
         'gone': N_('gone'), 'new': N_('no report yet')}
# By what machines are told apart, and what is decided when two share it: the store's words.
IDENTITIES = {'hostname': N_('host name'), 'mac': N_('MAC address'), 'product_uuid': 'product_uuid',
              'machine_id': 'machine-id', 'address': N_('address')}
DECISIONS = {'keep-both': N_('two machines'), 'forget-first': N_('the first one forgotten'),
             'forget-later': N_('the later one forgotten'), 'one of them is gone': N_('one of them is gone')}
# What the audit log of a master says was done, and the names of its details. What is not here is shown as it is.
DEEDS = {'token created': N_('token created'), 'token deleted': N_('token deleted'), 'node joined': N_('node joined'),
         'node left': N_('node left'), 'node forgotten': N_('node forgotten'), 'user created': N_('user created'),
         'user deleted': N_('user deleted'), 'plan approved': N_('plan approved'), 'plan denied': N_('plan denied'),
         'plan lapsed': N_('plan lapsed'), 'waiver added': N_('waiver added'), 'waiver ended': N_('waiver ended'),
         'waivers go on': N_('waivers go on'), 'clone keep-both': N_('clone keep-both'),
         'clone forget-first': N_('clone forget-first'), 'clone forget-later': N_('clone forget-later')}
# What was done on nodes.
MADE = {'plan carried out': N_('plan carried out'), 'fix': N_('fix'), 'undo': N_('undo')}
# How a fix was allowed, as compliance/fixes.py has it.
ALLOWED = (N_('mode: fix, by the configuration of the node'), N_('approved'), N_('by hand at the host'),
           N_('approved, as the node says; this master gave it no such approval'))
DETAILS = {'expires': N_('expires'), 'uses': N_('uses'), 'kind': N_('kind'), 'value': N_('value'), 'role': N_('role'),
           'approval': N_('approval'), 'digest': N_('digest'), 'until': N_('until'), 'reason': N_('reason'),
           'owner': N_('owner'), 'waivers': N_('waivers')}


def named(state: str, _: Language = ENGLISH_TEXTS) -> str:
    """A class of time or a standing in words."""
    return _(NAMES[state]) if state in NAMES else state


def identity(kind: str, _: Language = ENGLISH_TEXTS) -> str:
    """What two nodes share that makes one machine.

    >>> identity('mac')
    'MAC address'
    """
    return _(IDENTITIES[kind]) if kind in IDENTITIES else kind


def decision(clone: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """What was decided of two nodes that say that they are one machine."""
    said: str = clone['decision'] or N_('nobody has decided')
    return _(DECISIONS.get(said, said))


def deed(what: str, _: Language = ENGLISH_TEXTS) -> str:
    """What was done, in words."""
    said = DEEDS.get(what) or MADE.get(what)
    return _(said) if said else what


def detail(change: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """What more there is to say of a change: how it was allowed, and what became of it."""
    allowed = change.get('allowed', '')            # not there in a report of an older version
    return _('; ').join(part for part in (_(allowed) if allowed in ALLOWED else allowed, change['detail']) if part)
