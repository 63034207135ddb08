"""A master that begins to serve and ends, in this process."""
import gc
import os
import signal
import time

import pytest

from nodeprep.master import care, folder, serve, settings
from nodeprep.master.store import open_store, people
from nodeprep.master.store.trouble import StoreGone


@pytest.fixture
def places(tmp_path):
    """Of a master whose folder is there already, so that nothing of this process changes."""
    before = gc.get_threshold()
    (tmp_path / 'master').mkdir(mode=0o700)
    (tmp_path / 'master.yaml').write_text('')
    yield serve.Places(str(tmp_path / 'master'), str(tmp_path / 'master.yaml'), '127.0.0.1:0')
    gc.set_threshold(*before)


@pytest.mark.reaches_machine
def test_a_database_that_goes_away_just_then_does_not_end_who_begins_to_serve(places, monkeypatch, capsys):
    def gone(cursor):
        raise StoreGone('it is away')
    monkeypatch.setattr(people, 'every', gone)
    assert serve.serve(places, lambda url: os.kill(os.getpid(), signal.SIGTERM)) == 0
    said = capsys.readouterr().err
    assert ' serves https://' in said and 'nobody can sign in' not in said and said.endswith('nodeprep master ends\n')
    assert 'the database does not answer: it is away' in said


@pytest.mark.reaches_machine
def test_what_to_type_next_is_for_this_very_master(places, monkeypatch, capsys):
    os.rename(places.data, f'{os.path.dirname(places.data)}/my data')
    monkeypatch.chdir(os.path.dirname(places.data))
    places = places._replace(data='./my data')
    assert serve.serve(places, lambda url: os.kill(os.getpid(), signal.SIGTERM)) == 0
    said, here = capsys.readouterr().err, os.getcwd()
    options = f" --data '{here}/my data' --config {here}/master.yaml\n"
    assert f'  its data are in {here}/my data\n' in said
    assert f'nodeprep master user create NAME --role admin{options}' in said
    assert f'token create --print-join-command{options}' in said


@pytest.mark.parametrize('data, path, options', [
    (settings.DATA, None, ''), ('/srv/m', None, ' --data /srv/m'),
    (settings.DATA, '/etc/m.yaml', ' --config /etc/m.yaml')])
def test_the_usual_places_need_no_options(data, path, options):
    assert settings.options(data, path) == options


@pytest.mark.reaches_machine
def test_one_that_has_another_ca_than_the_one_before_says_so(places, capsys):
    def begun():
        assert serve.serve(places, lambda url: os.kill(os.getpid(), signal.SIGTERM)) == 0
        return [line for line in capsys.readouterr().err.splitlines() if 'its CA' in line]

    def wrong():
        found = serve.load(places)
        store = open_store(folder.url(places.data, found.database))
        try:
            return [one.wrong for one in care.look(store, found, places.data, time.time()) if 'one CA' in one.what]
        finally:
            store.close()
    assert begun() == begun() == [] and wrong() == [[]]
    held = {name: os.path.join(places.data, name) for name in ('ca.crt', 'ca.key')}
    for path in held.values():
        os.rename(path, path + '.kept')
    assert len(begun()) == 1 and begun() == [] and wrong() == [[]]
    for path in held.values():
        os.rename(path + '.kept', path)
    (said,), = wrong()
    assert 'the one that began last has another (sha256:' in said
