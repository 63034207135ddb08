"""What a plan and its end say to people."""
from nodeprep import output
from nodeprep.output.plans import Page
from tests.output.samples import finding, report, run, seen

OPTIONS = output.Options(width=60)
WAITS = finding('selinux', 'SELinux is at the wanted level',
                seen('now', 'SELinux', 'permissive', 'disabled', False, advised=True, hint='The next boot decides.'),
                seen('boot', '/boot/loader/entries', 'disabled (selinux=0)', 'disabled'))
SAID = ('A reboot is needed, which ends this:\n'
        '  selinux: SELinux: permissive; wanted: disabled\n')


WAITING = [{'requirement': 'selinux', 'subject': 'SELinux', 'found': 'permissive', 'wanted': 'disabled'}]


def ended(reboot):
    return Page(OPTIONS).outcomes({'after': report(WAITS), 'reboot': reboot, 'transaction': '000001', 'outcomes': [
        {'requirement': 'selinux', 'result': 'done', 'why': '', 'kept': []}]})


def test_a_reboot_that_is_needed_is_said_with_what_waits_for_it():
    assert ended(WAITING) == '\nselinux: done\nnodeprep undo 000001 takes it back.\n' + SAID
    assert SAID in Page(OPTIONS).plan([], report(WAITS), WAITING)


def test_no_reboot_is_spoken_of_where_none_helps():
    assert 'A reboot' not in ended([]) and 'A reboot' not in Page(OPTIONS).plan([], report(WAITS), [])


def test_a_plan_shows_the_inverse_and_the_risk_of_each_command():
    part = {'requirement': 'selinux', 'title': 'SELinux is at the wanted level', 'left': [], 'changes': [
        run('grubby', '--args', 'selinux=0', undo=('grubby', '--remove-args', 'selinux=0'), risk='reboot'),
        run('systemctl', 'stop', 'a', risk='disruptive')]}
    said = Page(OPTIONS).plan([part], report(WAITS))
    assert '  1. grubby --args selinux=0 (takes effect at a reboot)\n' in said
    assert '     back: grubby --remove-args selinux=0\n' in said
    assert '  2. systemctl stop a (disruptive)\n     back: nothing takes it back\n' in said
