"""What a node in quarantine is told of it, for people: because of whom, and who decides."""
from nodeprep.output.compliance.vocabulary import identity
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict

_NAMED = 3                # other nodes


def said(told: Dict[str, Any], since: str = '') -> str:
    """In quarantine, and why; `told` as agent.replies.quarantine has it, `since` is the time in words.

    >>> said({'because': [{'node': 'n1', 'same': ['hostname', 'machine_id']}]}, '2027-01-31 12:00')
    'in quarantine at its master since 2027-01-31 12:00: n1 came first and has the same host name, machine-id'
    >>> said({'because': [{'node': 'n1', 'same': []}]})
    'in quarantine at its master: n1 came first and had the same; that is over, and nobody has decided yet'
    >>> said({'because': []})
    'in quarantine at its master: another node, which came first, says that it is the same machine'
    """
    because = told['because']
    why = '; '.join(f'{shown(one["node"])} came first and {_alike(one)}' for one in because[:_NAMED])
    others = '; and so have others' if len(because) > _NAMED else ''
    return f'in quarantine at its master{" since " + since if since else ""}: ' + (
        why + others or 'another node, which came first, says that it is the same machine')


def _alike(one: Dict[str, Any]) -> str:
    same = ', '.join(identity(shown(kind)) for kind in one['same'])
    return f'has the same {same}' if same else 'had the same; that is over, and nobody has decided yet'


def remedy(told: Dict[str, Any], url: str) -> str:
    """What that means, who decides, and where; `url` is that of the master. One that does not say because of whom has a
    page for it, and no command yet.

    >>> remedy({'because': [{}]}, 'https://m:9443')[-65:]
    'decides: `nodeprep master clones` there, or https://m:9443/clones'
    """
    return ('what it reports is kept and changes nothing until whoever looks after the master decides: '
            f'{"`nodeprep master clones` there, or " if told["because"] else ""}{shown(url)}/clones')
