"""One round: a host, a policy, and the report they give. What the command line, the agent and `make run` share."""
import time

from nodeprep import catalogue, engine, ignore, report
from nodeprep.linux import kubelet, node
from nodeprep.model import CannotTell
from nodeprep.policy import Policy
from nodeprep.record import NamedTuple
from nodeprep.text import UnknownName, nearest
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Sequence, Tuple


class Asked(NamedTuple):
    """What of the policy is asked in a round: ids (none: all) and what to ignore."""

    ids: Tuple[str, ...] = ()
    ignore: Tuple[str, ...] = ()


EVERYTHING = Asked()


class Looked(NamedTuple):
    """What a round saw, before it is a report."""

    judged: List[report.Judged]
    kubernetes: Tuple[int, int]
    ignored: Optional[ignore.Ignored] = None


def examine(host: Any, policy: Policy, asked: Asked = EVERYTHING, diffs: bool = True,
            begun: Optional[float] = None) -> Dict[str, Any]:
    """The report tree of a round. UnknownName for an id or a name to ignore that is not known: nothing is examined.

    `begun` is time.perf_counter() of when the work began, for the report's took_ms.
    """
    started = time.perf_counter() if begun is None else begun
    looked = look(host, policy, asked)
    return tell(host, policy, looked, time.perf_counter() - started, diffs)


def look(host: Any, policy: Policy, asked: Asked = EVERYTHING) -> Looked:
    """The findings of a round with what the policy wants of each. UnknownName as with examine."""
    chosen = _chosen(asked.ids)
    ignored = ignore.read(asked.ignore, catalogue.load_all()) if asked.ignore else None
    requirements = [catalogue.load(one) for one in chosen]
    version = kubernetes(host, policy)
    rules = {one.id: policy.rule(one, version) for one in requirements}
    findings = engine.examine_all(requirements, host, {name: rule.want for name, rule in rules.items()})
    return Looked([report.Judged(one, findings[one.id], rules[one.id]) for one in requirements], version, ignored)


def mendable(looked: Looked) -> List[report.Judged]:
    """What of a round a plan may be about: nothing that is ignored, whole or in part."""
    skip = looked.ignored
    return looked.judged if skip is None else [
        one for one in looked.judged if one.requirement.id not in skip.requirements
        and not skip.parts.intersection(name.lower() for name in one.requirement.kubeadm)]


def tell(host: Any, policy: Policy, looked: Looked, took: float = 0.0, diffs: bool = True) -> Dict[str, Any]:
    """The report tree of what was seen; `took` in seconds."""
    labels = {name[len('labels.'):]: value.value for name, value in policy.settings.items()
              if name.startswith('labels.')}
    about = node.describe(host, policy.role, labels)
    about['kubernetes'] = '{}.{}'.format(*looked.kubernetes)
    return report.build(looked.judged, about, policy.profile, looked.ignored, took, diffs, host.time())


def kubernetes(host: Any, policy: Policy) -> Tuple[int, int]:
    """The wanted Kubernetes version (major, minor): the owner's, else the installed kubelet's, else the profile's."""
    setting = policy.settings['kubernetes']
    if setting.origin.startswith('profile ') and host.live:
        try:
            installed = kubelet.version(host)
        except CannotTell:
            installed = None      # the requirement `kubelet` tells it
        if installed:
            return installed[:2]
    version: Tuple[int, int] = setting.value
    return version


def _chosen(ids: Sequence[str]) -> Iterable[str]:
    known = catalogue.ids()
    for one in ids:
        if one not in known:
            raise UnknownName(f'unknown requirement {one!r}' + nearest(one, known))
    return [one for one in known if not ids or one in ids]
