"""Each requirement of a node of a compliance report: the report has those that are alike only once."""
from nodeprep.compliance.weigh import WITH_SILENCE, Weights
from nodeprep.typed import Any, Dict, Iterator, Tuple

Tree = Dict[str, Any]


def of(node: Tree) -> Iterator[Tuple[str, Tree]]:
    """(requirement, {"share", "seconds", "drifts"}) of all that a node told of, by id; `node` is one of "nodes".

    Those that were wholly met share one tree, and so do those that did not apply.

    >>> node = {'here': {'heard': 60.0, 'silent': 20.0}, 'whole': {'met': ['swap'], 'not-applicable': ['docker']},
    ...         'requirements': {'clock': {'share': 0.0, 'seconds': {'drifted': 60.0, 'silent': 20.0}, 'drifts': 1}}}
    >>> [(name, one['share'], one['seconds']) for name, one in of(node)]  # doctest: +NORMALIZE_WHITESPACE
    [('clock', 0.0, {'drifted': 60.0, 'silent': 20.0}), ('docker', None, {'not-applicable': 60.0}),
     ('swap', 0.75, {'met': 60.0, 'silent': 20.0})]
    """
    wholes = {state: _whole(node['here'], state) for state in node['whole']}
    alike = {name: wholes[state] for state in node['whole'] for name in node['whole'][state]}
    for name in sorted([*alike, *node['requirements']]):
        yield name, alike[name] if name in alike else node['requirements'][name]


def _whole(here: Tree, state: str) -> Tree:
    seconds = {state: here['heard']}
    if state in WITH_SILENCE:
        seconds['silent'] = here['silent']
    seconds = {name: length for name, length in sorted(seconds.items()) if length}
    return {'share': Weights(seconds).rounded, 'seconds': seconds, 'drifts': 0}
