"""The policy of this host with what its master supplies: where the owner says so, and gave nothing himself.

What comes is peers for `network` and entries for `hosts`, from the list of the cluster's members that the agent keeps.
It is read anew by whoever looks or fixes; a list that is too old, or of another cluster, counts as none.
"""
import time

from nodeprep.model import CannotChange
from nodeprep.policy import FROM_MASTER, Policy
from nodeprep.policy import load as own
from nodeprep.settings import Value
from nodeprep.typed import Any, Dict, List, Optional, Tuple

# Of a large cluster each node looks at those that come after it by name, so that each is looked at by as many.
PEERS, CONTROL_PLANES = 64, 16
NAMES = 500               # members for which /etc/hosts is still the place
_SHOWN = 5                # of those that are left out
_FRESH = 900.0            # seconds for which the age of a list is not worth a word


def load(host: Any, path: Optional[str] = None, profile: str = '', role: str = '', home: str = '') -> Policy:
    """As policy.load, with what the master supplies. `home`: where the agent keeps it, when not in its usual place."""
    return supplied(own(host, path, profile, role), host, home)


def supplied(policy: Policy, host: Any, home: str = '') -> Policy:
    """A policy with what the master supplies now, in place of what it supplied before."""
    wanted = policy.get('master.supplies', ())
    if not wanted or not host.live:              # a list of members is for a machine that runs among them
        return policy
    found = Policy()
    found.settings = {name: value for name, value in policy.settings.items()
                      if not value.origin.startswith(FROM_MASTER)}
    found.waivers = policy.waivers
    said, told = _told(host, home, policy.cluster)
    for requirement in wanted:
        names = {name: f'requirements.{requirement}.{name}' for name in _NOTHING[requirement]}
        if any(one in found.settings for one in names.values()):
            continue                             # the owner's own word stands
        values, left = _MAKERS[requirement](*told) if told else (_NOTHING[requirement], [])
        for name, whole in names.items():
            found.settings[whole] = Value(values[name], f'{FROM_MASTER}, {said}' + _left_out(left))
    return found


def _told(host: Any, home: str, cluster: Optional[str]) -> Tuple[str, Any]:
    """(what there is to say of the list, (listing, this node's name) or None when there is none that counts)."""
    from nodeprep.agent import roster, stored
    path = f'{home}/{roster.NAME}' if home else stored.path_of(host, roster.NAME)
    try:
        kept = roster.load(path)
    except CannotChange as error:
        return f'whose list is not used: {error}', None
    if kept is None or kept.listing.cluster != cluster:
        return 'which has sent no list of this cluster yet', None
    now = host.time()
    as_of = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(kept.at))
    if roster.old(kept.at, now):
        return f'whose last list is too old: of {as_of}', None
    from nodeprep.output.words import span
    return f'as of {as_of}' + (f', {span(now - kept.at)} ago' if now - kept.at > _FRESH else ''), (
        kept.listing, kept.node)


def _peers(listing: Any, node: str) -> Tuple[Dict[str, Any], List[str]]:
    """The addresses of the other members."""
    others = sorted(one for one in listing.members if one.name != node.lower())
    others = [one for one in others if one.name > node.lower()] + [one for one in others if one.name < node.lower()]
    planes = [one for one in others if one.role == 'control-plane'][:CONTROL_PLANES]
    rest = [one for one in others if one.role != 'control-plane'][:PEERS]
    return {'peers': tuple(address for one in rest for address in one.addresses),
            'control_planes': tuple(address for one in planes for address in one.addresses)}, _conflicts(listing)


def _entries(listing: Any, node: str) -> Tuple[Dict[str, Any], List[str]]:
    """The names of the other members by their addresses. A name with a domain must be of this node's own one: whoever
    joins chooses his name, and must not choose that of a server elsewhere.
    """
    if len(listing.members) > NAMES:
        return _NOTHING['hosts'], [f'all of it ({len(listing.members)} members are more than {NAMES}: use DNS, or '
                                   'give entries)']
    domain = node.lower().partition('.')[2]
    entries: Dict[str, Any] = {}
    left = _conflicts(listing)
    for one in listing.members:
        own_domain = one.name.partition('.')[2]
        if own_domain and own_domain != domain:
            left.append(f'{one.name} (not of the domain of {node})')
        elif one.name != node.lower():
            entries.update((address, [one.name]) for address in one.addresses)
    return {'entries': entries}, left


def _conflicts(listing: Any) -> List[str]:
    return [f'{who} ({why})' for who, why in listing.conflicts]


def _left_out(left: List[str]) -> str:
    more = [f'and {len(left) - _SHOWN} more'] if len(left) > _SHOWN else []
    return '; left out: ' + ', '.join(left[:_SHOWN] + more) if left else ''


_MAKERS = {'network': _peers, 'hosts': _entries}
_NOTHING: Dict[str, Dict[str, Any]] = {'network': {'peers': (), 'control_planes': ()}, 'hosts': {'entries': {}}}
