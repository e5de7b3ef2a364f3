"""`make bench`: the time of whole playbooks against kubernetes.core and kubectl, on one API server, in one run."""
