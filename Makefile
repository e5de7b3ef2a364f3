# Needs git, make and a Python 3.11 to 3.13; everything else goes into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help venv lint sanity unit integration test demo bench controlplane-build clean

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections

python := $(CURDIR)/.venv/bin/python
stages := lint sanity unit integration

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

venv: ## make or refresh .venv
	@tests/tooling/venv.sh

lint: venv ## ruff, mypy, ansible-lint, changelog, gofmt
	@tests/tooling/lint.sh

sanity: venv ## ansible-test sanity
	@$(python) -m tests.tooling.sanity

unit: controlplane-build ## tests that need no server (one reads Argo CD's definitions from the build)
	@$(python) -m pytest tests/unit

integration: controlplane-build ## tests on a control plane, or on the cluster of KUBECONFIG_UNDER_TEST=file
	@$(python) -m pytest tests/integration

test: venv ## lint, sanity, unit and integration, one after the other
	@for stage in $(stages); do \
		echo "== make $$stage"; \
		start=$$(date +%s); \
		$(MAKE) --no-print-directory $$stage || exit 1; \
		echo "== $$stage took $$(($$(date +%s) - start)) s"; \
	done

demo: venv ## show the whole path; KEEP=1 leaves it running
	@$(python) -m tests.demo $(if $(KEEP),--keep)

bench: venv ## compare with kubernetes.core and kubectl
	@$(python) -m tests.benchmarks

controlplane-build: venv ## build the programs of the control plane (about ten minutes the first time)
	@$(python) -m tests.controlplane build

clean: ## remove .venv and caches
	rm -rf .venv .venv.lock .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tiphys-gitops-*.tar.gz
