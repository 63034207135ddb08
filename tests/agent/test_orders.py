"""The policy that was read by a process of its own is the one that this process would have read."""
import pytest

from nodeprep.agent import orders
from nodeprep.config import ConfigError
from nodeprep.host.apart import Apart
from nodeprep.policy import load
from tests.agent.whole import Here

EVERYTHING = '''
profile: containerd
role: control-plane
labels: {rack: a1}
kubernetes: "1.30"
interval: 90s
language: zh-CN
windows: ["Sat 02:00-04:00"]
limits: {fixes_per_day: 3}
textfile: /var/lib/node_exporter/textfile_collector
master: {url: "https://m:9443", heartbeat: 30s, supplies: [hosts]}
requirements:
  swap: {mode: fix}
  memory: {minimum: 4GB}
  time-sync: {servers: [a, b]}
  os: {fix: true}
waivers:
  - {requirement: disk, reason: "l\xe4b host", owner: ops@example.com, until: 2027-01-31}
'''


class Dead:
    """A process that died."""

    def __init__(self, work, limit):
        pass

    def result(self, wait=False):
        return b''


def no_process(work, limit):
    raise OSError(11, 'Resource temporarily unavailable')


@pytest.mark.parametrize('apart', [Apart, Here, Dead, no_process])
def test_it_is_the_same_to_the_type(host, apart):
    host.files({'/etc/nodeprep/nodeprep.yaml': EVERYTHING})
    read, known = orders.read(lambda: load(host.fresh()), apart), load(host.fresh())
    assert len(known.settings) > 12 and known.waivers
    assert (repr(read.settings), repr(read.waivers)) == (repr(known.settings), repr(known.waivers))


@pytest.mark.parametrize('apart', [Apart, Here, Dead])
def test_what_is_wrong_is_told_as_ever(host, apart):
    host.files({'/etc/nodeprep/nodeprep.yaml': 'rule: worker\nrequirements: {swap: {mode: of}}\n'})
    with pytest.raises(ConfigError) as read:
        orders.read(lambda: load(host.fresh()), apart)
    with pytest.raises(ConfigError) as known:
        load(host.fresh())
    assert read.value.problems == known.value.problems and len(known.value.problems) == 2
