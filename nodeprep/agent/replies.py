"""What stands in a reply of the master, which is not believed: somebody else may answer, or it may be broken."""
from nodeprep import epoch
from nodeprep.host.network import Reply
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Optional

_ANOTHER = 'is it the address of a master?'
_NODES, _KINDS, _LONG = 20, 8, 253        # of what is told of a quarantine


def object_of(reply: Reply) -> Optional[Dict[str, Any]]:
    """The JSON object of an answer; None when it has none: then somebody else answers, or it is broken."""
    import json
    try:
        tree = json.loads(reply.body.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def number(value: Any) -> float:
    """A number of an answer that every JSON parser reads exactly and that is not negative; 0.0 for all else."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**53 else 0.0


def too_old(reply: Reply) -> bool:
    """Whether the master says that it is too old for a report: `format` is that of the report, `known` its own."""
    tree = object_of(reply) or {}
    return all(isinstance(tree.get(name), int) for name in ('format', 'known'))


def why(reply: Reply, apart: str = '') -> str:
    """The status, of a problem report (RFC 9457) its detail or title, and what to do: one line, not long.

    `apart` is what commands about this agent need besides, as ' --state-dir /srv/state'.
    """
    tree = object_of(reply) or {}
    said = tree.get('detail') or tree.get('title')
    said = ''.join(letter if letter.isprintable() else ' ' for letter in said[:300]) if isinstance(said, str) else ''
    hint = {401: f'was this node forgotten there? nodeprep leave{apart}, then nodeprep join{apart} again, as there '
                 'nodeprep master token create --print-join-command prints it',
            403: _ANOTHER, 404: _ANOTHER, 200: 'with something that is not JSON',
            201: 'with something that is not JSON'}.get(reply.status, '')
    if 300 <= reply.status < 400:
        hint = 'a redirect, which is not followed'
    if reply.status >= 500 and not too_old(reply):
        hint = 'what is told is kept here; there journalctl -u nodeprep-master may say more'
    return ': '.join([str(reply.status)] + [part for part in (said.rstrip('. '), hint) if part])


def quarantine(value: Any) -> Optional[Dict[str, Any]]:
    """What an answer says of this node's quarantine: {"since": seconds since 1970 or None, "because": [{"node": who
    came before it, "same": [kinds]}]}; None when it is in none, or its master does not say.
    """
    if not isinstance(value, dict):
        return None
    since, because = value.get('since'), value.get('because')
    try:
        at: Optional[int] = epoch.of(since) if isinstance(since, str) else None
    except ValueError:
        at = None
    found = [one for one in because[:_NODES] if isinstance(one, dict) and isinstance(one.get('node'), str)
             and isinstance(one.get('same'), list)] if isinstance(because, list) else []
    return {'since': at, 'because': [
        {'node': clean(one['node'][:_LONG]),
         'same': [clean(kind[:_LONG]) for kind in one['same'][:_KINDS] if isinstance(kind, str)]} for one in found]}
