"""The hand on drifted hosts: what it may do, it does and says so; what it may not, it leaves and says why."""
import os

import pytest

from nodeprep.agent.fights import Fights
from nodeprep.host import Answer
from nodeprep.journal.writing import Reopened
from nodeprep.lock import Lock
from nodeprep.model import Busy
from nodeprep.text import UnknownName
from tests import actor
from tests.agent.owned import Owned
from tests.test_laws_fix import undo

DAY = 86400


@pytest.fixture
def owned(tmp_path, utc):
    return Owned(tmp_path)


FIX, APPROVE = 'requirements: {swap: {mode: fix}}\n', 'requirements: {swap: {mode: approve}}\n'


def test_mode_fix_acts_once(owned):
    before = owned.machine.tree()
    owned.config(FIX)
    with_config = owned.machine.tree()
    assert owned.hand() == 0
    assert owned.said.split('\n')[-1] == 'swap: done (000001)' and 'swap: write /etc/fstab' in owned.said
    (past,) = owned.past()
    assert past.by['how'] == 'policy' and past.by['who'].endswith('/etc/nodeprep/nodeprep.yaml:1')
    assert past.command == ('nodeprep', 'hand', 'swap') and past.end == 'done' and len(past.by['digest']) == 64
    after = owned.machine.tree(times=True)
    assert owned.hand() == 0 and owned.said == 'swap: nothing to do'
    assert owned.machine.tree(times=True) == after and len(owned.past()) == 1
    assert undo(owned.machine) == [] and owned.machine.tree() == with_config != before


def test_an_owner_who_says_nothing_allows_nothing(owned):
    before = owned.machine.tree()
    assert owned.hand() == 1 and 'swap: not fixed: mode is report' in owned.said
    assert owned.machine.tree() == before and owned.past() == []


def test_approve_waits_acts_once_and_waits_again(owned):
    owned.config('requirements: {selinux: {mode: approve}}\n')
    before, enforcing = owned.machine.tree(), owned.host.read('/etc/selinux/config')
    assert owned.hand('selinux') == 1 and 'mode is approve: it waits until the plan' in owned.said
    owned.approve(owned.digest('selinux'), requirement='selinux')
    assert owned.machine.tree() == before
    assert owned.hand('selinux') == 0
    (past,) = owned.past()
    assert (past.by['how'], past.by['who'], past.by['approval']) == ('approval', 'alice', 'a1')
    owned.host.files({'/etc/selinux/config': enforcing})
    owned.approve(owned.digest('selinux'), requirement='selinux')            # the same approval of another plan
    assert owned.hand('selinux') == 1 and 'the approval a1 of alice was for one fix, which has begun' in owned.said
    owned.approve(owned.digest('selinux'), 'a2', 'selinux')
    assert owned.hand('selinux') == 0 and len(owned.past()) == 2


def test_whatever_is_changed_by_hand_after_the_approval_makes_it_refuse(owned):
    owned.config(APPROVE)
    owned.approve(owned.digest())
    text = owned.host.read('/etc/fstab')
    owned.host.files({'/etc/fstab': '# a comment far from the line of the swap\n' + text})
    before = owned.machine.tree()
    assert owned.hand() == 1 and 'something changed since it was shown' in owned.said
    assert owned.machine.tree() == before and owned.past() == []
    owned.host.files({'/etc/fstab': text})
    assert owned.hand() == 0                       # it is what was shown again


FIREWALL = 'requirements: {firewall: {mode: %s}}\n'
KUBELET = {'/etc/kubernetes/kubelet.conf': 'x'}


def test_what_could_hurt_pods_is_left_in_mode_fix(owned):
    owned.config(FIREWALL % 'fix').host.files(KUBELET)
    assert owned.hand('firewall') == 1 and 'firewall: now drifted, after a reboot met' in owned.said
    (left,) = [line for line in owned.said.splitlines() if ': left: ' in line]
    assert left.startswith('firewall: firewalld.service (now): ') and 'it may hurt the pods of this node' in left
    assert 'systemctl stop' not in owned.said


def test_what_could_hurt_pods_is_done_when_the_plan_that_says_so_is_approved(owned):
    owned.config(FIREWALL % 'approve').host.files(KUBELET)
    assert owned.hand('firewall') == 1 and 'it waits until the plan' in owned.said and owned.past() == []
    owned.approve(owned.digest('firewall'), requirement='firewall')
    assert owned.hand('firewall') == 0 and owned.past()[0].by['who'] == 'alice'


def test_a_plan_approved_for_a_fresh_host_is_not_approved_for_a_node(owned):
    owned.config(FIREWALL % 'approve').approve(owned.digest('firewall'), requirement='firewall')
    owned.host.files(KUBELET)
    assert owned.hand('firewall') == 1 and 'something changed since it was shown' in owned.said
    assert owned.past() == []


def test_the_plan_of_a_node_says_what_could_hurt_its_pods(owned):
    from nodeprep import plandigest
    from nodeprep import round as rounds
    from nodeprep.agent import proposal
    from nodeprep.policy import load
    owned.config(FIREWALL % 'approve').host.files(KUBELET)
    host = owned.host.fresh()
    policy = load(host)
    (judged,) = rounds.look(host, policy, rounds.Asked(('firewall',))).judged
    shown = plandigest.tree(proposal.part(host, policy, judged))
    assert {one['risk'] for one in shown['changes'] if one.get('live')} == {'disruptive'}
    assert plandigest.of_tree(shown) == owned.digest('firewall')


def test_approvals_that_others_could_have_written_are_refused(owned):
    owned.config(APPROVE)
    owned.approve(owned.digest())
    os.chmod(owned.host.root + '/var/lib/nodeprep/approvals.json', 0o666)
    before = owned.machine.tree()
    assert owned.hand() == 1 and 'what it says is not trusted' in owned.said
    assert owned.machine.tree() == before
    owned.config(FIX)
    assert owned.hand() == 0                       # which asks for none


def test_a_window_that_is_shut(owned):
    owned.config(FIX + 'windows: ["Sun 02:00-04:00"]\n')
    before = owned.machine.tree()
    assert owned.hand() == 1 and 'no window is open (Sun 02:00-04:00); the next one opens at Sun' in owned.said
    assert owned.machine.tree() == before
    owned.host.now_is += 15 * 3600                 # from Saturday noon to Sunday 03:00
    assert owned.hand() == 0


def test_the_limit_of_a_day_counts_all_requirements(owned):
    owned.config('requirements: {swap: {mode: fix}, kernel-modules: {mode: fix}}\nlimits: {fixes_per_day: 1}\n')
    assert owned.hand() == 0
    assert owned.hand('kernel-modules') == 1 and '1 fixes were made today' in owned.said
    owned.host.now_is += DAY
    assert owned.hand('kernel-modules') == 0


def test_what_a_person_took_back_stays_taken_back(owned):
    owned.config(FIX)
    assert owned.hand() == 0
    assert undo(owned.machine) == []
    with Reopened(owned.host, '000001') as again:
        again.undone({'how': 'person', 'who': 'bob'}, True)
    before = owned.machine.tree()
    assert owned.hand() == 1 and '000001 did it, and somebody took that back at 2026-' in owned.said
    assert owned.machine.tree() == before and Fights(owned.host).all() == []


def test_a_fix_that_fails_is_rolled_back_and_not_tried_again_the_same_day(owned):
    owned.config(FIX)
    before = owned.machine.tree()
    owned.host.actor = lambda host, argv: Answer(1, '', 'no luck') if argv[0] == 'systemctl' else actor.act(host, argv)
    assert owned.hand() == 4
    assert 'swap: failed (000001): ' in owned.said and owned.machine.tree() == before
    assert owned.hand() == 1 and '000001 tried the same and failed' in owned.said and len(owned.past()) == 1
    owned.host.now_is += DAY
    owned.host.actor = actor.act
    assert owned.hand() == 0


def test_three_reverts_and_it_stops(owned):
    owned.config('requirements: {selinux: {mode: fix}}\n')
    enforcing = owned.host.read('/etc/selinux/config')
    for turn in range(3):
        assert owned.hand('selinux') == 0, owned.said
        assert [len(one.reverts) for one in Fights(owned.host).all()] == [turn] * (turn > 0)
        owned.host.now_is += 600
        owned.host.files({'/etc/selinux/config': enforcing})
    before = owned.machine.tree()
    assert owned.hand('selinux') == 1
    assert '/etc/selinux/config was taken back 3 times within a day' in owned.said
    assert 'nodeprep fix selinux lets it go on' in owned.said and owned.machine.tree() == before
    owned.host.now_is += 9 * DAY
    assert owned.hand('selinux') == 1 and 'was taken back 3 times' in owned.said
    assert len(owned.past()) == 3 and len(Fights(owned.host).stopped('selinux').reverts) == 3
    Fights(owned.host).forget('selinux')
    assert owned.hand('selinux') == 0


def test_another_nodeprep_at_work(owned):
    owned.config(FIX)
    with Lock(owned.host, 'a test'), pytest.raises(Busy, match='a test'):
        owned.hand()
    assert owned.past() == []


def test_an_id_that_is_none(owned):
    with pytest.raises(UnknownName, match='did you mean swap'):
        owned.hand('swpa')


def test_a_waiver_holds_it_back(owned):
    owned.config(FIX + 'waivers: [{requirement: swap, reason: lab, owner: ops, until: 2026-12-31}]\n')
    before = owned.machine.tree()
    assert owned.hand() == 0 and 'left: waived by ops until 2026-12-31' in owned.said
    assert owned.machine.tree() == before


def test_a_journal_that_is_not_to_be_trusted(owned):
    owned.config(FIX)
    os.makedirs(owned.host.root + '/var/lib/nodeprep/journal', 0o777)
    os.chmod(owned.host.root + '/var/lib/nodeprep/journal', 0o777)
    before = owned.machine.tree()
    assert owned.hand() == 1 and 'not trusted' in owned.said and owned.machine.tree() == before


def test_names_of_the_master_are_written_by_the_mode_of_the_owner_and_a_longer_list_is_no_fight(owned):
    """Each node that joins is a fix more of the same file, which nobody took back."""
    from tests.agent.test_supplied import NODES, WANTED, keep
    config = WANTED + 'requirements: {hosts: {mode: %s}}\n'
    host, nodes = owned.host, list(NODES)
    plain = host.read('/etc/hosts')
    owned.config(config % 'report')
    keep(host, nodes)
    assert owned.hand('hosts') == 1 and 'mode is report' in owned.said and host.fresh().read('/etc/hosts') == plain
    owned.config(config % 'fix')
    for turn in range(5):
        nodes.append((f'x{turn}', 'worker', f'10.0.1.{turn}'))
        keep(host, nodes)
        owned.hand('hosts')
        assert f'10.0.1.{turn} x{turn}\n' in host.fresh().read('/etc/hosts'), owned.said
        assert Fights(host).all() == []
        host.now_is += 60
    host.files({'/etc/hosts': plain})
    owned.hand('hosts')
    assert [len(one.reverts) for one in Fights(host).all()] == [1], 'this time somebody did'


def test_an_approval_is_of_the_very_names_that_were_shown(owned):
    from tests.agent.test_supplied import NODES, WANTED, keep
    owned.config(WANTED + 'requirements: {hosts: {mode: approve}}\n')
    keep(owned.host, NODES)
    owned.approve(owned.digest('hosts'), requirement='hosts')
    keep(owned.host, NODES + (('evil', 'worker', '10.0.0.66'),))
    assert owned.hand('hosts') == 1 and 'evil' not in owned.host.fresh().read('/etc/hosts')
    keep(owned.host, NODES)
    owned.hand('hosts')
    assert '10.0.0.12 n2' in owned.host.fresh().read('/etc/hosts')
