"""What `--ignore` takes: requirement ids and kubeadm's check names, as `kubeadm --ignore-preflight-errors` does."""
from nodeprep.model import Finding, Observation, Requirement
from nodeprep.record import NamedTuple
from nodeprep.text import UnknownName, nearest
from nodeprep.typed import Dict, FrozenSet, Iterable, List, Set, Tuple


class Ignored(NamedTuple):
    """`requirements`: ids that are ignored whole. `parts`: lower-case kubeadm names of single observations."""

    requirements: FrozenSet[str]
    parts: FrozenSet[str]


def read(words: Iterable[str], requirements: Dict[str, Requirement]) -> Ignored:
    """What some words name, in any case; 'all' is everything. UnknownName for a word that is not known."""
    whole: Set[str] = set()
    parts: Set[str] = set()
    by_kubeadm: Dict[str, List[Requirement]] = {}
    for requirement in requirements.values():
        for name in requirement.kubeadm:
            by_kubeadm.setdefault(name.lower(), []).append(requirement)
    for word in words:
        asked = word.strip().lower()
        if asked == 'all':
            whole.update(requirements)
        elif asked in requirements:
            whole.add(asked)
        elif asked in by_kubeadm:
            parts.add(asked)
            whole.update(one.id for one in by_kubeadm[asked] if len(one.kubeadm) == 1 and len(by_kubeadm[asked]) == 1)
        elif asked:
            kubeadm = [one for many in requirements.values() for one in many.kubeadm]
            raise UnknownName(f'--ignore: unknown name {word.strip()!r}' +
                              nearest(word.strip(), list(requirements) + kubeadm))
    return Ignored(frozenset(whole), frozenset(parts))


def demoted(finding: Finding, ignored: Ignored) -> Finding:
    """The finding with the ignored parts no more than advised, which its observations then say."""
    if not ignored.parts:
        return finding
    return finding._replace(observations=tuple(
        one._replace(advised=True) if one.kubeadm.lower() in ignored.parts else one for one in finding.observations))


def noted(finding: Finding, ignored: Ignored) -> Tuple[str, ...]:
    """kubeadm's names that were ignored and took effect on this finding."""
    return tuple(dict.fromkeys(one.kubeadm for one in finding.observations
                               if _fails(one) and one.kubeadm.lower() in ignored.parts))


def _fails(observation: Observation) -> bool:
    return observation.met is not True
