"""nodeprep makes a machine fit to be a Kubernetes node, and keeps it so."""

__version__ = '0.1.0'
