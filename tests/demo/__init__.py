"""`make demo`: a Git push reaches a real cluster through the playbooks in examples/."""
