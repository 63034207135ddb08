"""What a plan says of a reboot."""
import pytest

from nodeprep import catalogue, plan
from nodeprep.model import BOOT, DRIFTED, MET, NOW, Finding, Observation, Rule, Run

PERMISSIVE = Observation('SELinux', 'permissive', 'disabled', False, advised=True, when=NOW)
KEPT = Observation('/boot/loader/entries', 'disabled (selinux=0)', 'disabled', True, when=BOOT)
RULE = Rule('report', 'required', {})


def waiting(name, *observations):
    now = MET if all(one.met for one in observations if one.when == NOW) else DRIFTED
    boot = MET if all(one.met for one in observations if one.when == BOOT) else DRIFTED
    return plan.waiting([(catalogue.load(name), Finding(name, now, boot, observations), RULE)])


def test_what_each_boot_makes_anew_waits_for_it():
    assert waiting('selinux', PERMISSIVE, KEPT) == [
        {'requirement': 'selinux', 'subject': 'SELinux', 'found': 'permissive', 'wanted': 'disabled'}]


@pytest.mark.parametrize('observations', [
    (PERMISSIVE, KEPT._replace(found='enforcing', met=False)),
    (PERMISSIVE._replace(fix=(Run(('setenforce', '0')),)), KEPT),
    (PERMISSIVE._replace(met=None), KEPT),
    (KEPT,),
])
def test_nothing_waits_for_a_boot_that_ends_nothing(observations):
    assert waiting('selinux', *observations) == []


@pytest.mark.parametrize('name', ['cpu', 'memory', 'disk', 'time-sync', 'ports', 'tools', 'registry'])
def test_no_reboot_brings_what_it_does_not_make(name):
    lacking = Observation('it', 'not there', 'there', False, when=NOW)
    assert waiting(name, lacking, KEPT) == []
