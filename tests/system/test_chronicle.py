"""The history of a real agent, which is killed and begins again."""
import json
import subprocess
import sys
import time

from tests.system.agentprocess import TOP, AgentProcess


def report(agent, *words):
    time.sleep(1.1)           # reports are of whole seconds that have passed
    argv = [sys.executable, '-m', 'nodeprep', 'report', '--state-dir', agent.state, '-o', 'json', *words]
    done = subprocess.run(argv, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_that_is_killed_is_silent_from_then_on_and_heard_again_when_it_is_back(tmp_path):
    with AgentProcess(str(tmp_path)) as agent:
        tree = report(agent)
        node, = tree['nodes']
        assert node['standing'] != 'silent' and node['silent'] is None and 'silent' not in tree['overall']['seconds']
        states = {one['requirement']: one['outcome'] for one in agent.status()['requirements']}
        assert {one['requirement'] for one in tree['open']} == {
            name for name, outcome in states.items() if outcome in ('drifted', 'unknown', 'waived')}
        assert {one['requirement'] for one in tree['requirements']} == set(states)
        agent.process.kill()
        agent.join()
        tree = report(agent)
        assert tree['nodes'][0]['standing'] == 'silent' and 'met' not in tree['overall']['seconds']
        before = len(agent.lines)
        agent.start()
        agent.until('the agent begins', before)
        agent.until_up()
        tree = report(agent)
        assert tree['nodes'][0]['standing'] == node['standing'] and tree['overall']['seconds']['silent'] > 0
        assert tree['gaps'] == [] and agent.stop() == 0
        assert report(agent)['nodes'][0]['standing'] == 'silent'
