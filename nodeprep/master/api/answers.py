"""JSON Schemas of what the interface answers (the trees of shapes.py), and of what agents send beside a report.

OpenAPI has each under its name here. No answer has a member that is not named; a test holds all answers of the tests of
the interface against that. What a node may say as it likes (the steps of a plan, a fight) is told as it came.
"""
from nodeprep.typed import Any, Dict

Schema = Dict[str, Any]
TEXT: Schema = {'type': 'string'}
NUMBER, TRUTH = {'type': 'integer'}, {'type': 'boolean'}
OUTCOME = {'type': 'string', 'description': 'met, drifted, unknown, advised, waived, ignored or not-applicable.'}
STANDING = {'type': 'string', 'description': 'drifted, unknown, silent, quarantined, new or met.'}
SETTLING = {'type': 'boolean', 'description': 'A waiver was given or ended a moment ago, and some of what it covers is '
                                              'counted as before yet.'}
MAYBE = {'type': ['string', 'null']}
WHEN = {'type': 'string', 'format': 'date-time', 'description': 'In UTC.'}
PERHAPS = {'type': ['string', 'null'], 'format': 'date-time', 'description': 'In UTC.'}
COUNTS = {'type': 'object', 'additionalProperties': NUMBER}
ANYTHING = {'type': 'object', 'additionalProperties': True}


def having(**members: Schema) -> Schema:
    """An object that always has all of these."""
    return {'type': 'object', 'required': sorted(members), 'properties': members}


def each(what: Schema) -> Schema:
    """A list of such."""
    return {'type': 'array', 'items': what}


def named(name: str) -> Schema:
    """The schema with this name."""
    return {'$ref': f'#/components/schemas/{name}'}


def known(name: str) -> Schema:
    """The same, or null."""
    return {'anyOf': [{'type': 'null'}, named(name)]}


_LABELS = {'type': 'object', 'additionalProperties': TEXT}
_STATES = dict.fromkeys(('state', 'now', 'boot'), TEXT)
_FIGHT = {'type': 'object', 'additionalProperties': True, 'properties': {'requirement': TEXT, 'why': TEXT}}
_STEPS = {'type': 'array', 'description': 'As the node says: steps as in Report.write and Report.run, with `exact`, '
                                          'and `live` where one could hurt pods.'}
_MILLISECONDS = {'type': ['number', 'null'], 'description': 'Milliseconds.'}
_NODE = dict(
    dict.fromkeys(('name', 'status', 'role', 'os', 'kernel', 'arch', 'kubernetes', 'agent_version', 'profile',
                   'machine_id', 'product_uuid', 'boot_id', 'verdict', 'config_problem'), TEXT),
    **dict.fromkeys(('joined', 'taken', 'received', 'heard', 'silent_since'), PERHAPS),
    skew_ms=_MILLISECONDS, skew_bound_ms=_MILLISECONDS,
    standing=STANDING, sequence=NUMBER, spooled={'type': ['integer', 'null']}, spool_trouble=MAYBE, summary=COUNTS,
    fights=each(_FIGHT), labels=_LABELS, identities=each(having(kind=TEXT, value=TEXT)),
    requirements=each(named('State')), clones=each(named('Clone')), settling=SETTLING)

SCHEMAS: Dict[str, Schema] = {
    'Row': having(name=TEXT, standing=STANDING, role=TEXT, os=TEXT, heard=PERHAPS, silent_since=PERHAPS, labels=_LABELS,
                  requirements={'type': 'object', 'additionalProperties': having(
                      outcome=OUTCOME, now=TEXT, boot=TEXT, since=WHEN)}),
    'Node': having(**_NODE),
    'State': having(requirement=TEXT, outcome=OUTCOME, severity=TEXT, mode=TEXT, title=TEXT, digest=MAYBE, since=WHEN,
                    note=TEXT, waiver=known('Report.waiver'), kubeadm=each(TEXT),
                    observations=each(named('Report.observation')), **_STATES),
    'Change': having(id=NUMBER, requirement=TEXT, at=WHEN, was=MAYBE, before=MAYBE, outcome=OUTCOME, **_STATES),
    'Event': having(at=WHEN, what=TEXT, said=TEXT),
    'Drift': having(node=TEXT, role=TEXT, requirement=TEXT, title=TEXT, outcome=OUTCOME, severity=TEXT, mode=TEXT,
                    says=TEXT, digest=MAYBE, approval=MAYBE, since=WHEN, silent_since=PERHAPS,
                    waiver=known('Report.waiver'), **_STATES),
    'Approval': having(id=TEXT, node=TEXT, requirement=TEXT, digest=TEXT, state=TEXT, proposed=WHEN, decided=PERHAPS,
                       by=TEXT, until=PERHAPS, reason=TEXT, plan=having(requirement=TEXT, title=TEXT, changes=_STEPS)),
    'Waiver': {'type': 'object', 'description': 'It has `node` (and `gone`), `label` or `all`.', 'required': [
        'id', 'requirement', 'reason', 'owner', 'until', 'created', 'by', 'ended', 'ended_by', 'settling'],
        'properties': dict(id=NUMBER, requirement=TEXT, reason=TEXT, owner=TEXT, until=TEXT, created=WHEN, by=TEXT,
                           ended=PERHAPS, ended_by=TEXT, settling=SETTLING, node=TEXT, gone=TRUTH, label=TEXT,
                           all=TRUTH)},
    'Clone': having(id=NUMBER, kind=TEXT, value=TEXT, first=TEXT, later=TEXT, found=WHEN, decided=PERHAPS, by=TEXT,
                    decision=TEXT, still={'type': 'boolean', 'description': 'By what they told last, both are so '
                                          'still. Where not, a person decides all the same.'}),
    'Fix': having(node=TEXT, requirement=TEXT, at=WHEN, transaction=TEXT, result=TEXT, why=TEXT, how=TEXT, allowed=TEXT,
                  who=TEXT, reason=TEXT, undone=PERHAPS, undone_by=TEXT),
    'Deed': having(id=NUMBER, at=WHEN, who=TEXT, what=TEXT, subject=TEXT, detail=ANYTHING),
    'Allowed': having(id=TEXT, requirement=TEXT, digest=TEXT, by=TEXT, until=WHEN)}

_DIGEST = {'type': 'string', 'pattern': '^[0-9a-f]{64}$'}
# Members of a report that its own format does not have.
SENT = {
    'chain': {'type': 'object', 'required': ['previous', 'digest'], 'description':
              'Of an agent. Where it lacks, the master makes it when it takes the report.', 'properties': {
        'previous': dict(_DIGEST, description='Of the report before this one; of the first 64 times 0.'),
        'digest': dict(_DIGEST, description='SHA-256 of `previous` and the canonical JSON of the report without chain: '
                                            'sorted keys, no spaces, ASCII.'),
        'gap': {'type': 'array', 'minItems': 2, 'maxItems': 2, 'items': {'type': 'integer', 'minimum': 1},
                'description': 'The first and last number of reports before this one that are lost.'}}},
    'why': dict(TEXT, description='Why it is sent.'),
    'config': {'type': 'object', 'properties': {'problem': dict(TEXT, description='Of the configuration.')}},
    'fights': each(_FIGHT)}
PROPOSAL = {'type': 'object', 'required': ['digest', 'changes'], 'description': 'What the agent would do about it.',
            'properties': {'digest': _DIGEST, 'changes': _STEPS}}
