"""What a real agent is put together from."""
from nodeprep.agent import assembly
from nodeprep.agent.places import Places
from nodeprep.policy import Policy
from nodeprep.settings import Value


def problem(home):
    """What an agent with this state folder says of a master that it has not joined."""
    policy = Policy()
    policy.settings['master.url'] = Value('https://k8s-master:9443', 'nodeprep.yaml:1')
    return assembly._voice(Places(str(home)), policy).facts()['master']['problem']


def test_who_has_not_joined_is_told_how_to_with_the_folder_of_this_agent(tmp_path, monkeypatch):
    assert f'nodeprep join --state-dir {tmp_path}, as there' in problem(tmp_path)
    monkeypatch.setattr(assembly, 'HOME', str(tmp_path))
    assert 'nodeprep join, as there nodeprep master token create --print-join-command prints it' in problem(tmp_path)
