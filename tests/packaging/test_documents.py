"""Links in documents lead somewhere: in the tree, and in the places where the packages put them."""
import glob
import os

import pytest

from tests.packaging import TOP, links


@pytest.fixture
def laid(tmp_path):
    """A folder with the documents of both packages, as stage.py lays them out."""
    import documents
    documents.agent(str(tmp_path))
    documents.master(str(tmp_path))
    return str(tmp_path)


def test_links_of_the_tree_lead_somewhere():
    paths = [path for pattern in ('/*.md', '/docs/*.md', '/systemd/*.md', '/packaging/rpm/*.md')
             for path in glob.glob(TOP + pattern)]
    found, seen = links.dead(paths, TOP)
    # Paths below /usr are those of a host on which the packages are.
    assert [one for one in found if ': /usr/' not in one] == [] and seen > 30


def test_links_of_what_is_installed_lead_somewhere(laid):
    paths = glob.glob(laid + '/usr/share/doc/**/*.md', recursive=True)
    assert {os.path.basename(path) for path in paths} >= {'README.md', 'CHANGELOG.md', 'install.md', 'master.md'}
    found, seen = links.dead(paths, laid)
    assert [one for one in found if not one.endswith('bom.cdx.json')] == [] and seen > 30


def test_the_page_beside_the_master_is_the_one_of_the_tree_but_for_its_links(laid):
    with open(laid + '/usr/share/doc/nodeprep-master/master.md', encoding='utf-8') as file:
        text = file.read()
    assert '](../nodeprep/docs/install.md)' in text
    with open(TOP + '/docs/master.md', encoding='utf-8') as file:
        assert text.replace('](../nodeprep/docs/', '](') == file.read()


@pytest.mark.parametrize('text', ['[a](b.md)', '[a](#b)', '[a](c.md#d)', '[a](../x/c.md)', '/usr/share/doc/nodeprep/x'])
def test_a_link_that_leads_nowhere_is_found(tmp_path, text):
    (tmp_path / 'a.md').write_text('# A\n' + text + '\n')
    (tmp_path / 'c.md').write_text('# C\n```\n# d\n```\n')
    assert links.dead([str(tmp_path / 'a.md')], str(tmp_path))[0] != []
    (tmp_path / 'a.md').write_text('# A\n[a](c.md#c) [a](#a) [w](https://example.com/b.md)\n```\n[a](b.md)\n```\n')
    assert links.dead([str(tmp_path / 'a.md')], str(tmp_path))[0] == []
