"""Who chooses the language: the configuration, then LC_ALL, LC_MESSAGES or LANG with LANGUAGE as GNU gettext has it."""
import io
import os
import subprocess
import sys

import pytest

from nodeprep import language
from nodeprep.config import ConfigError
from nodeprep.language import translated
from nodeprep.policy import load


@pytest.mark.parametrize('environ, tag', [
    ({}, 'en'), ({'LANG': 'zh_CN.UTF-8'}, 'zh_CN'), ({'LANG': 'zh_CN'}, 'zh_CN'),
    ({'LC_MESSAGES': 'zh_SG.UTF-8'}, 'zh_CN'), ({'LANG': 'zh_CN.UTF-8', 'LC_MESSAGES': 'en_US.UTF-8'}, 'en'),
    ({'LANG': 'en_US.UTF-8', 'LC_ALL': 'zh_CN'}, 'zh_CN'),
    ({'LANG': 'zh_CN.UTF-8', 'LC_ALL': ''}, 'zh_CN'), ({'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'C'}, 'en'),
    ({'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'POSIX'}, 'en'), ({'LANG': 'zh_TW.UTF-8'}, 'en'), ({'LANG': 'zh_HK'}, 'en'),
    ({'LANG': 'zh_CN@stroke'}, 'zh_CN'), ({'LANG': 'de_DE.UTF-8', 'LANGUAGE': 'fr:zh_CN:en'}, 'zh_CN'),
    ({'LANG': 'zh_CN.UTF-8', 'LANGUAGE': 'en'}, 'en'), ({'LANG': 'C', 'LANGUAGE': 'zh_CN'}, 'en'),
    ({'LANGUAGE': 'zh_CN'}, 'en'), ({'LANG': 'de_DE.UTF-8', 'LANGUAGE': ':::'}, 'en'), ({'LANG': '../../etc'}, 'en')])
def test_the_environment_chooses(environ, tag):
    assert language.of_environment(environ) == tag


@pytest.mark.parametrize('setting, encoding, tag', [
    ('', 'utf-8', 'zh_CN'), ('en', 'utf-8', 'en'), ('', 'ascii', 'en'), ('zh_CN', 'ascii', 'en'),
    ('zh_CN', 'gb18030', 'zh_CN'), ('zh_CN', 'latin-1', 'en'), ('', 'nonsense', 'en')])
def test_the_setting_wins_and_an_encoding_that_cannot_hold_it_means_english(monkeypatch, setting, encoding, tag):
    class Stream:
        pass
    monkeypatch.setattr(os, 'environ', {'LANG': 'zh_CN.UTF-8'})
    stream = Stream()
    stream.encoding = encoding
    assert language.chosen(setting, stream) == tag
    assert language.chosen('zh_CN', io.StringIO()) == 'zh_CN'


@pytest.mark.parametrize('said, tag', [('zh_CN', 'zh_CN'), ('zh-CN', 'zh_CN'), ('zh', 'zh_CN'), ('en', 'en')])
def test_the_configuration_may_name_one(host, said, tag):
    host.files({'/etc/nodeprep/nodeprep.yaml': f'language: {said}\n'})
    assert load(host).get('language') == tag


@pytest.mark.parametrize('said', ['de', 'zh_TW', 'C', '""', '../zh_CN', '1'])
def test_one_that_is_not_there_stops_the_load(host, said):
    host.files({'/etc/nodeprep/nodeprep.yaml': f'language: {said}\n'})
    with pytest.raises(ConfigError) as error:
        load(host)
    assert 'nodeprep.yaml:1: language: ' in str(error.value) and 'is none of en, zh_CN' in str(error.value)


@pytest.mark.reaches_machine
@pytest.mark.parametrize('locale, loaded', [('C.UTF-8', False), ('zh_CN.UTF-8', True)])
def test_english_costs_no_gettext(locale, loaded):
    code = ('import sys; from nodeprep.output import options_for\n'
            'class Out:\n encoding = "utf-8"\n isatty = staticmethod(lambda: False)\n'
            'options_for(Out, language=""); print("gettext" in sys.modules)')
    environ = dict(os.environ, LANG=locale, PYTHONIOENCODING='utf-8')
    for name in ('LC_ALL', 'LC_MESSAGES', 'LANGUAGE'):
        environ.pop(name, None)
    done = subprocess.run([sys.executable, '-c', code], env=environ, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().strip() == str(loaded)


def test_where_the_catalogues_were_not_installed_english_is_spoken(monkeypatch, tmp_path):
    """RPM leaves the files of other languages out where %_install_langs says so; nothing is to fail for that."""
    monkeypatch.setattr(translated, 'FOLDER', str(tmp_path))
    assert translated.catalogued.__wrapped__('zh_CN', ('explain',)) is language.ENGLISH_TEXTS
