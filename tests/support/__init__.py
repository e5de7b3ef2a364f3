"""What tests share: running modules, the steps every writing module must pass, sample values, live objects."""
