"""unitfiles: which file systemd takes for a name."""
import pytest

from nodeprep.linux.unitfiles import ABSENT, MASKED, REGULAR, tree
from nodeprep.model import CannotTell
from tests.fakes import Link

ETC, RUN, LOCAL, USR = ('/etc/systemd/system/', '/run/systemd/system/', '/usr/local/lib/systemd/system/',
                        '/usr/lib/systemd/system/')
TEXT = '[Service]\nExecStart=/x\n'


@pytest.mark.parametrize('files, kind, path', [
    ({}, ABSENT, ''),
    ({USR + 'a.service': TEXT}, REGULAR, USR + 'a.service'),
    ({USR + 'a.service': TEXT, LOCAL + 'a.service': TEXT}, REGULAR, LOCAL + 'a.service'),
    ({USR + 'a.service': TEXT, ETC + 'a.service': Link('/dev/null')}, MASKED, ETC + 'a.service'),
    ({USR + 'a.service': TEXT, ETC + 'a.service': ''}, MASKED, ETC + 'a.service'),
    ({USR + 'a.service': TEXT, RUN + 'a.service': Link('/dev/null')}, MASKED, RUN + 'a.service'),
    ({USR + 'a.service': TEXT, ETC + 'a.service': Link('../../../usr/lib/systemd/system/a.service')}, REGULAR,
     USR + 'a.service'),
    ({ETC + 'a.service': Link('/opt/a.service'), '/opt/a.service': TEXT}, REGULAR, '/opt/a.service'),
    ({ETC + 'a.service': Link('/opt/a.service')}, ABSENT, ''),
    ({ETC + 'a.service': Link(USR + 'b.service'), USR + 'b.service': TEXT}, REGULAR, USR + 'b.service'),
    ({ETC + 'a.service': Link(USR + 'b.service'), ETC + 'b.service': Link('/dev/null')}, MASKED, ETC + 'b.service'),
    ({ETC + 'a.service': Link(USR + 'gone.service')}, ABSENT, '')])
def test_a_name(host, files, kind, path):
    found = tree(host.files(files)).find('a.service')
    assert (found.kind, found.path) == (kind, path)


def test_the_next_boot_starts_without_run(host):
    host.files({USR + 'a.service': TEXT, RUN + 'a.service': Link('/dev/null')})
    assert tree(host).find('a.service').kind == MASKED and tree(host, at_boot=True).find('a.service').kind == REGULAR


def test_an_image_has_no_run(image):
    assert tree(image.files({RUN + 'a.service': TEXT})).find('a.service').kind == ABSENT


def test_an_instance_is_made_of_its_template(host):
    host.files({USR + 'a@.service': TEXT, ETC + 'b@.service': Link(USR + 'a@.service')})
    assert tree(host).find('a@x.service').name == 'a@x.service'
    assert tree(host).find('b@x.service')[:2] == ('a@x.service', USR + 'a@.service')


@pytest.mark.parametrize('files', [
    {ETC + 'a.service': Link(USR + 'a.socket'), USR + 'a.socket': TEXT},
    {ETC + 'a.service': Link(USR + 'a@.service'), USR + 'a@.service': TEXT},
    {ETC + 'a.service': Link(USR + 'README'), USR + 'README': TEXT},
    {ETC + 'a.service': Link('/opt/1/a.service'), '/opt/1/a.service': Link('/opt/1/a.service')},
    {ETC + 'a.service': Link(ETC + 'b.service'), ETC + 'b.service': Link(ETC + 'a.service')},
    {ETC + 'a.service': {}}])
def test_a_link_that_systemd_refuses_cannot_be_told(host, files):
    try:
        assert tree(host.files(files)).find('a.service').kind == ABSENT
    except CannotTell as error:
        assert error.source == ETC + 'a.service'


def test_a_folder_that_may_not_be_read_cannot_be_told(host):
    host.files({ETC + 'a.service': TEXT}).denied = {ETC[:-1]}
    with pytest.raises(CannotTell, match='denied'):
        tree(host)


def test_debian_keeps_units_in_a_lib_that_may_not_be_merged(host):
    host.files({'/lib/systemd/system/a.service': TEXT})
    assert tree(host).find('a.service').path == '/lib/systemd/system/a.service'


def test_a_merged_lib_is_not_looked_at_twice(host):
    host.files({'/lib': Link('usr/lib'), USR + 'a.service': TEXT})
    assert tree(host).folders == [USR[:-1]]


def test_a_link_through_the_merged_lib_is_still_an_alias(host):
    host.files({'/lib': Link('usr/lib'), USR + 'b.service': TEXT,
                ETC + 'a.service': Link('/lib/systemd/system/b.service')})
    assert tree(host).find('a.service')[:3] == ('b.service', USR + 'b.service', REGULAR)


def test_drop_ins_are_sorted_by_name_and_hidden_by_name(host):
    host.files({USR + 'a.service.d/20.conf': 'x', ETC + 'a.service.d/30.conf': 'x', USR + 'a.service.d/30.conf': 'x',
                LOCAL + 'a.service.d/10.conf': 'x', ETC + 'a.service.d/15.conf': Link('/dev/null'),
                USR + 'a.service.d/15.conf': 'x', USR + 'a.service.d/notes.txt': 'x', ETC + 'a.service.d/05.conf': ''})
    assert tree(host).drop_ins(['a.service.d']) == [
        LOCAL + 'a.service.d/10.conf', USR + 'a.service.d/20.conf', ETC + 'a.service.d/30.conf']
