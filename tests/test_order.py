"""In which order requirements are fixed."""
from nodeprep import catalogue
from nodeprep.plan import in_order

REQUIREMENTS = catalogue.load_all()


def test_each_comes_after_those_it_builds_on():
    order = [one[0].id for one in in_order([(requirement,) for requirement in REQUIREMENTS.values()])]
    assert sorted(order) == sorted(REQUIREMENTS)
    for requirement in REQUIREMENTS.values():
        for before in requirement.after:
            assert order.index(before) < order.index(requirement.id), f'{before} before {requirement.id}'


def test_dockers_rules_are_written_after_firewalld_is_gone():
    assert 'firewall' in REQUIREMENTS['docker'].after and 'hosts' in REQUIREMENTS['hostname'].after
