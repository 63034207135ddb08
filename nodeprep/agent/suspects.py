"""Names who takes a fix back, from what is seen on the host."""
from nodeprep.agent.fights import Suspect
from nodeprep.model import Finding
from nodeprep.plan import Part
from nodeprep.typed import Any


def suspect(host: Any, finding: Finding, wanted: Part, started: str = '') -> Suspect:
    """Who it is most likely."""
    source = next((seen.source for seen in finding.observations
                   if (seen.subject, seen.when) in wanted.aims and seen.source.startswith('/')), '')
    if started:
        return Suspect(f'{started}, which started just before')
    return Suspect(source, f'change {source}' if source else '')
