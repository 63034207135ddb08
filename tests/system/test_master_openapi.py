"""The interface beside its own OpenAPI document, by schemathesis: requests that it makes from the document, right ones
and wrong ones, to a real master; none may be a fault, and each answer is one that the document promises.
"""
import collections
import os

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.system.masterprocess import MasterProcess

schemathesis = pytest.importorskip('schemathesis', minversion='4.0', reason='it has no such release for this Python')

EXAMPLES = int(os.environ.get('NODEPREP_EXAMPLES', '10'))        # of each operation
pytestmark = pytest.mark.filterwarnings('ignore')                # of its many libraries


@pytest.fixture(scope='module')
def master(tmp_path_factory):
    with MasterProcess(tmp_path_factory.mktemp('openapi')) as made:
        made.admin = made.person()
        words = made.join_words()
        made.node = made.admin.ask('POST', '/v1/join', {
            'token': words[3], 'name': 'node1', 'request': '00000000-0000-4000-8000-000000000001'})[1]['credential']
        yield made


def operations():
    """Method and path of all, from a table that needs no server."""
    from nodeprep.master.api.routes import routes
    found = [(route.method, route.pattern) for route in routes()]
    return [pytest.param(*one, id=' '.join(one)) for one in found if one != ('DELETE', '/v1/join')]


@pytest.mark.parametrize('mode', ['POSITIVE', 'NEGATIVE'])
@pytest.mark.parametrize('method, path', operations())
def test_each_answer_is_one_that_the_document_promises(master, method, path, mode):
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )
    document = master.admin.get('/v1/openapi.json')
    secured = document['paths'][path][method.lower()]['security']
    secret = master.node if secured == [{'node': []}] else master.admin.token
    schema = schemathesis.openapi.from_dict(document)
    operation = schema[path][method]
    asked = []

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None,
              phases=(Phase.explicit, Phase.generate))
    @given(case=operation.as_strategy(generation_mode=getattr(schemathesis.GenerationMode, mode)))
    def ask(case):
        answer = case.call(base_url=f'https://localhost:{master.port}', verify=f'{master.data}/ca.crt', timeout=20,
                           headers={'Authorization': f'Bearer {secret}'})
        asked.append(answer.status_code)
        assert answer.status_code != 401 or path == '/v1/join' or mode == 'NEGATIVE', answer.text
        case.validate_response(answer, checks=[
            schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
            response_schema_conformance, response_headers_conformance])
    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        assert mode == 'NEGATIVE'           # whatever one sends there is right
    print(f'{method} {path} {mode}: {dict(collections.Counter(asked))}')
    assert asked or mode == 'NEGATIVE'
    faults = [line for line in master.lines if 'fault' in line or 'Traceback' in line]
    assert not faults
