"""textfile: metrics that node_exporter and Prometheus read."""
import errno

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from nodeprep.agent import textfile
from nodeprep.policy import load
from nodeprep.round import look, tell
from tests.fakes import FakeHost

AGENT = {'spooled': 3, 'reached': 1770000000.5, 'fights': 1, 'fixing': 0, 'config': 1}


def test_it_is_read_back_and_replaced_whole(tmp_path):
    (tmp_path / 'root').mkdir()
    (tmp_path / 'prom').mkdir()
    host = FakeHost(str(tmp_path / 'root'))
    tree = tell(host, load(host), look(host, load(host)), 0.01)
    assert textfile.write(str(tmp_path / 'prom'), tree, {'swap': 1769860800.0}, AGENT) == ''
    assert [path.name for path in (tmp_path / 'prom').iterdir()] == [textfile.NAME]
    text = (tmp_path / 'prom' / textfile.NAME).read_text()
    found = {one.name: one for family in text_string_to_metric_families(text) for one in family.samples}
    assert found['nodeprep_agent_spooled_reports'].value == 3
    assert found['nodeprep_agent_master_reached_seconds'].value == 1770000000
    since = found['nodeprep_requirement_since_seconds']
    assert since.labels == {'requirement': 'swap'} and since.value == 1769860800


def test_a_folder_that_the_sandbox_keeps_shut_says_what_opens_it(tmp_path, mocker):
    (tmp_path / 'root').mkdir()
    host = FakeHost(str(tmp_path / 'root'))
    tree = tell(host, load(host), look(host, load(host)), 0.01)
    mocker.patch('nodeprep.agent.keep.os.open', side_effect=OSError(errno.EROFS, 'Read-only file system'))
    said = textfile.write('/var/lib/metrics', tree, {}, AGENT)
    assert said.startswith('/var/lib/metrics/nodeprep.prom: read-only file system; nodeprep.service may write there ')
    assert 'systemctl restart nodeprep' in said and 'ReadWritePaths=' in said


def test_a_folder_that_is_not_there_is_told(tmp_path):
    (tmp_path / 'root').mkdir()
    host = FakeHost(str(tmp_path / 'root'))
    tree = tell(host, load(host), look(host, load(host)), 0.01)
    assert 'no such file or directory' in textfile.write(str(tmp_path / 'no'), tree, {}, AGENT)
