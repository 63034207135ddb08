"""No plan makes little of a command: each is at least as risky as what is known of it."""
import pytest

from nodeprep import catalogue
from nodeprep.engine import examine
from nodeprep.linux import effects
from nodeprep.model import DISRUPTIVE, HARMLESS, REBOOT, Run
from tests import drifted, hosts

ORDER = (HARMLESS, REBOOT, DISRUPTIVE)
CASES = [(name, more, live) for name, more in drifted.CASES for live in (True, False)]


@pytest.mark.parametrize('name, more, live', CASES)
def test_a_plan_tells_the_risk_of_its_commands(name, more, live, tmp_path):
    machine = drifted.Machine(name, more, tmp_path, live)
    for requirement, finding, _ in machine.look():
        for seen in finding.observations:
            for change in seen.fix:
                if isinstance(change, Run):
                    unused = requirement.id == 'swap' and ', 0 of it used' in seen.found
                    assert unused or ORDER.index(change.risk) >= ORDER.index(effects.risk(change.argv)), change


@pytest.mark.parametrize('name', hosts.NAMES)
def test_where_pods_run_what_hurts_them_says_why(name, tmp_path):
    host = hosts.load(name, tmp_path)
    host.files({'/etc/kubernetes/kubelet.conf': 'x', '/proc/9999/comm': 'containerd-shim\n'})
    rules = hosts.rules(name, host)
    for requirement_id, requirement in catalogue.load_all().items():
        for seen in examine(requirement, host, rules[requirement_id].want).observations:
            if any(isinstance(change, Run) and change.risk == DISRUPTIVE for change in seen.fix):
                assert seen.hint, seen
