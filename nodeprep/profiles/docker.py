"""What the product's first users have: a kubeadm cluster with Docker on CentOS. The default profile.

A profile has the shape of a configuration file and lies under it. It is Python and not YAML because a check reads it
each time, and loading a YAML library costs more than all the checks.
"""

PROFILE = {
    # The last release with dockershim, and the last that runs on CentOS 7's kernel and cgroup v1 without a warning.
    'kubernetes': '1.23',
    'requirements': {
        'docker': {'runtime': 'docker'},
    },
}
