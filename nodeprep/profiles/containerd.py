"""A newer kubeadm cluster that runs its containers with containerd."""

PROFILE = {
    # The newest release that still takes cgroup v1, so that EL8 is not told unfit before its owner says what he wants.
    'kubernetes': '1.34',
    'requirements': {
        'docker': {'runtime': 'containerd'},
    },
}
