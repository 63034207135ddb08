"""OpenMetrics: read back by the parsers of prometheus_client, of this format and of the older one."""
from hypothesis import HealthCheck, example, given, settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
from prometheus_client.parser import text_string_to_metric_families as read_older

from nodeprep.output import Options, renderer
from nodeprep.output.words import shown
from nodeprep.report import counts
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

render = renderer('openmetrics')


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@example(SAMPLES['empty'])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_another_program_reads_every_state(tree):
    text = render(tree, Options())
    families = {family.name: family for family in read(text)}
    assert all(family.type == 'gauge' and family.documentation for family in families.values())
    samples = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
               for family in families.values() for sample in family.samples}
    assert samples == {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
                       for family in read_older(text) for sample in family.samples}
    for one in tree['findings']:
        for when in ('now', 'boot'):
            told = {sample.labels['state'] for sample in families['nodeprep_requirement_state'].samples if sample.value
                    and sample.labels['requirement'] == one['requirement'] and sample.labels['when'] == when}
            assert told == {one[when]}
        assert samples['nodeprep_requirement_decides', (('requirement', one['requirement']),)] == counts(one)
    assert {sample.labels['state']: sample.value for sample in families['nodeprep_findings'].samples} == tree['summary']
    about = families['nodeprep_info'].samples[0].labels
    assert about['node'] == shown(tree['node']['name']) and about['kernel'] == shown(tree['node']['kernel'])
    assert samples['nodeprep_check_duration_seconds', ()] == 0.0125
    assert samples['nodeprep_check_timestamp_seconds', ()] == 1769860800
    verdicts = families['nodeprep_verdict'].samples
    assert [sample.labels['verdict'] for sample in verdicts if sample.value] == [tree['verdict']]
