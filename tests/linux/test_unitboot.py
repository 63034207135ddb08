"""unitboot: what the next boot starts, and what says so. tests/compare holds the closure against the real systemd."""
import pytest

from nodeprep.linux.unitboot import on_demand, starts_at_boot
from nodeprep.model import CannotTell
from tests.fakes import Link

ETC, RUN, LOCAL, USR = ('/etc/systemd/system/', '/run/systemd/system/', '/usr/local/lib/systemd/system/',
                        '/usr/lib/systemd/system/')
BASE = {'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\n',
        USR + 'graphical.target': '[Unit]\nRequires=multi-user.target\n',
        USR + 'multi-user.target': '[Unit]\nRequires=basic.target\n',
        USR + 'basic.target': '[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target paths.target\n',
        USR + 'sysinit.target': '[Unit]\nWants=local-fs.target swap.target\n', USR + 'sockets.target': '[Unit]\n#\n',
        USR + 'emergency.target': '[Unit]\n#\n',
        USR + 'rescue.target': '[Unit]\nRequires=sysinit.target\n', USR + 'default.target': Link('graphical.target'),
        USR + 'timers.target': '[Unit]\n#\n', USR + 'local-fs.target': '[Unit]\n#\n',
        USR + 'a.service': '[Service]\nExecStart=/x\n',
        USR + 'b.service': '[Service]\nExecStart=/x\n'}
WANTS = ETC + 'multi-user.target.wants/'
A, B = Link(USR + 'a.service'), Link(USR + 'b.service')


@pytest.mark.parametrize('files, source', [
    ({WANTS + 'a.service': A}, WANTS + 'a.service'),
    ({USR + 'sysinit.target.wants/a.service': A}, USR + 'sysinit.target.wants/a.service'),
    ({ETC + 'graphical.target.requires/a.service': A}, ETC + 'graphical.target.requires/a.service'),
    ({ETC + 'default.target.wants/a.service': A}, ETC + 'default.target.wants/a.service'),      # by the alias's name
    ({WANTS + 'b.service': B, USR + 'b.service': '[Unit]\nRequires=a.service\n'}, USR + 'b.service:2'),
    ({WANTS + 'b.service': B, USR + 'b.service': '[Unit]\nBindsTo=x.service a.service\n'}, USR + 'b.service:2'),
    ({ETC + 'multi-user.target.d/x.conf': '[Unit]\n\nWants=a.service\n'}, ETC + 'multi-user.target.d/x.conf:3'),
    ({WANTS + 'b.service': B, ETC + 'b.service.wants/a.service': A}, ETC + 'b.service.wants/a.service'),
    ({WANTS + 'other.service': A, ETC + 'other.service': A}, WANTS + 'other.service'),
])
def test_what_is_pulled_in(image, files, source):
    assert starts_at_boot(image.files(BASE).files(files), 'a.service') == (True, source)


@pytest.mark.parametrize('files', [
    {},
    {WANTS + 'a.service': A, ETC + 'a.service': Link('/dev/null')},
    {WANTS + 'a.service': A, ETC + 'a.service': ''},
    {WANTS + 'a.service': A, USR + 'a.service': None},
    {WANTS + 'a.service': Link('/dev/null'), USR + 'multi-user.target.wants/a.service': A},
    {WANTS + 'a.service': A, ETC + 'multi-user.target': Link('/dev/null')},
    {ETC + 'rescue.target.wants/a.service': A},
    {WANTS + 'b.service': B, USR + 'b.service': '[Unit]\nAfter=a.service\nRequisite=a.service\n'},
    {WANTS + 'b.service': B, USR + 'b.service': '[Unit]\n#Wants=a.service\n[X]\nWants=a.service\n'},
    {WANTS + 'b.service': B, USR + 'b.service': '[Unit\nWants=a.service\n'},
    {ETC + 'multi-user.target.d/x.txt': '[Unit]\nWants=a.service\n'},
    {ETC + 'multi-user.target.d/x.conf': Link('/dev/null'),
     USR + 'multi-user.target.d/x.conf': '[Unit]\nWants=a.service\n'},
    {RUN + 'multi-user.target.wants/a.service': A},
    {ETC + 'default.target': Link(USR + 'rescue.target'), WANTS + 'a.service': A},
])
def test_what_is_not(host, files):
    starts, source = starts_at_boot(host.files(BASE).files({'/proc/cmdline': 'ro\n'}).files(files), 'a.service')
    assert starts is False and source


@pytest.mark.parametrize('release, starts', [('7', True), ('8', False), ('9', False)])
def test_only_systemd_219_takes_the_quotes_off_the_name_of_a_unit_that_is_wanted(image, release, starts):
    image.files(dict(BASE, **{'/etc/os-release': f'ID="centos"\nVERSION_ID="{release}"\n'}))
    image.files({ETC + 'multi-user.target.d/x.conf': '[Unit]\nWants="a.service" b.service\n'})
    assert starts_at_boot(image, 'a.service')[0] is starts and starts_at_boot(image, 'b.service')[0]


def test_a_loop_of_units_ends(image):
    image.files(BASE).files({WANTS + 'b.service': B, USR + 'b.service': '[Unit]\nWants=b.service c.service\n',
                             USR + 'c.service': '[Unit]\nWants=b.service multi-user.target\n'})
    assert starts_at_boot(image, 'c.service') == (True, USR + 'b.service:2')
    assert starts_at_boot(image, 'a.service')[0] is False


def test_instances_take_their_templates_folders_and_drop_ins(image):
    image.files(BASE).files({
        USR + 't@.service': '[Unit]\nWants=u@%i.service %p-%j.service\n',
        USR + 'u@.service': '[Service]\nExecStart=/x\n',
        WANTS + 't@x.service': Link(USR + 't@.service'), USR + 't-t.service': '[Unit]\n#\n',
        ETC + 't@.service.wants/a.service': A, ETC + 't@x.service.d/1.conf': '[Unit]\nWants=b.service\n'})
    assert starts_at_boot(image, 'u@x.service') == (True, USR + 't@.service:2')
    assert starts_at_boot(image, 't-t.service')[0] and starts_at_boot(image, 'a.service')[0]
    assert starts_at_boot(image, 'b.service') == (True, ETC + 't@x.service.d/1.conf:2')
    assert starts_at_boot(image, 'u@y.service')[0] is False


@pytest.mark.parametrize('trigger, folder',
                         [('socket', 'sockets.target'), ('timer', 'timers.target'), ('path', 'multi-user.target')])
def test_what_only_a_trigger_starts_is_started_on_demand(image, trigger, folder):
    link = f'{ETC}{folder}.wants/a.{trigger}'
    image.files(BASE).files({f'{USR}a.{trigger}': '[Unit]\n#\n', link: Link(f'{USR}a.{trigger}')})
    assert starts_at_boot(image, 'a.service') == (False, link) and on_demand(image, 'a.service') == link


def test_nothing_demands_what_is_masked(image):
    image.files(BASE).files({USR + 'a.socket': '[Unit]\n#\n', ETC + 'sockets.target.wants/a.socket': Link('/x'),
                             ETC + 'a.service': Link('/dev/null')})
    assert on_demand(image, 'a.service') == '' == on_demand(image, 'gone.service')


@pytest.mark.parametrize('cmdline, starts', [
    ('ro', True), ('ro 3', True), ('ro 5', True), ('ro single', False), ('ro s', False), ('ro 1', False),
    ('ro emergency', False),
    ('systemd.unit=rescue.target', False), ('systemd.unit=multi-user.target', True), ('systemd.unit=gone.target', True),
    ('systemd.unit=rescue.target 3', True), ('systemd.unit=../x', True), ('3 systemd.unit=rescue.target', False)])
def test_the_kernel_arguments_choose_the_target(host, cmdline, starts):
    host.files(BASE).files({'/proc/cmdline': cmdline + '\n', WANTS + 'a.service': A})
    assert starts_at_boot(host, 'a.service')[0] is starts


@pytest.mark.parametrize('cmdline, files, starts, source', [
    ('systemd.mask=a.service', {WANTS + 'a.service': A}, False, '/proc/cmdline'),
    ('systemd.mask=a', {WANTS + 'a.service': A}, False, '/proc/cmdline'),
    ('systemd.mask=b.service', {WANTS + 'a.service': A}, True, WANTS),
    ('systemd.mask=multi-user.target', {WANTS + 'a.service': A}, False, USR),
    ('systemd.wants=a', {}, True, '/proc/cmdline'),
    ('systemd.wants=a.service systemd.mask=a.service', {}, False, '/proc/cmdline'),
    ('systemd.wants=a.service', {ETC + 'a.service': Link('/dev/null')}, False, ETC),
    ('systemd.wants=b.service', {USR + 'b.service': '[Unit]\nWants=a.service\n'}, True, USR + 'b.service:2'),
    ('systemd.wants= systemd.mask=../x', {}, False, USR)])
def test_the_kernel_arguments_may_want_and_mask_units(host, cmdline, files, starts, source):
    found = starts_at_boot(host.files(BASE).files({'/proc/cmdline': cmdline + '\n'}).files(files), 'a.service')
    assert found[0] is starts and found[1].startswith(source)


@pytest.mark.parametrize('files', [
    {USR + 'default.target': None}, {ETC + 'default.target': Link('/dev/null')},
    {ETC + 'default.target': Link('gone.target')}])
def test_without_a_default_target_it_cannot_be_told(image, files):
    with pytest.raises(CannotTell, match=r'default\.target'):
        starts_at_boot(image.files(BASE).files(files), 'a.service')


def test_a_default_target_that_lacks_what_it_requires_starts_nothing(image):
    image.files(BASE).files({WANTS + 'a.service': A, USR + 'basic.target': None})
    assert starts_at_boot(image, 'a.service')[0] is False


def test_a_service_may_be_made_of_a_sysv_script(image):
    image.files(BASE).files({'/etc/rc.d/init.d/network': '#!/bin/sh\n',
                             USR + 'basic.target': '[Unit]\nRequires=network.service\n',
                             WANTS + 'a.service': A})
    assert starts_at_boot(image, 'a.service')[0] is True


def test_a_unit_that_cannot_be_read_leaves_it_open(image):
    image.files(BASE).files({WANTS + 'b.service': B}).denied = {USR + 'b.service'}
    with pytest.raises(CannotTell) as error:
        starts_at_boot(image, 'a.service')
    assert error.value.source == USR + 'b.service'


def test_a_tree_without_end_cannot_be_told(image):
    image.files(BASE).files({USR + 't@.service': '[Unit]\nWants=t@%i-1.service t@%ix.service\n',
                             WANTS + 't@1.service': Link(USR + 't@.service')})
    with pytest.raises(CannotTell, match='more than'):
        starts_at_boot(image, 'a.service')
