# make demo and make test are all a newcomer needs; the rest is what they are made of.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

TOOL = $(shell hack/tools/build.sh $(1))
# DuckDB is linked statically, as in the image: the resolvers of libc stay out.
TAGS := netgo,osusergo

##@ For everyone

.PHONY: demo
demo: ## A real cluster, the operator, real data: numbers at the end
	hack/demo.sh

.PHONY: test
test: ## Everything that must hold, with a closing count of tests
	hack/test.sh

.PHONY: help
help: ## This text
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*##/ {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ For those who change it

.PHONY: generate
generate: ## CRDs, deep copies, RBAC, rules and reference pages from the code
	hack/generate.sh

.PHONY: verify
verify: ## Generated files are current
	hack/generate.sh --check

.PHONY: lint
lint: ## golangci-lint with kube-api-linter and the import fence
	$(call TOOL,golangci-lint-kube-api-linter) run --build-tags $(TAGS)

.PHONY: vet
vet:
	go vet -tags $(TAGS) ./...

.PHONY: unit
unit: ## Tests that need no cluster: pure ones, API server, PostgreSQL, DuckDB
	hack/test.sh unit

.PHONY: e2e
e2e: ## End-to-end tests on the cluster
	hack/test.sh e2e

.PHONY: devcluster-test
devcluster-test: ## The dev cluster comes up, is repaired, and leaves nothing behind (run it with no cluster up)
	hack/devcluster/test/run.sh

.PHONY: bench
bench: ## Benchmarks of docs/performance.md
	hack/bench.sh

.PHONY: build
build: ## Both binaries and images
	hack/images.sh build

.PHONY: kubectl-cpi
kubectl-cpi: ## The plug-in of kubectl, as bin/kubectl-cpi
	CGO_ENABLED=1 go build -trimpath -buildvcs=false -tags $(TAGS) -ldflags '-s -w -linkmode external -extldflags "-static"' -o bin/$@ ./cmd/$@

.PHONY: cluster-up cluster-down deploy undeploy
cluster-up: ## The cluster of CLUSTER (devcluster, or current)
	hack/cluster.sh up
cluster-down: ## Take the dev cluster down; nothing stays behind
	hack/cluster.sh down
deploy: ## Build, load the images and install the operator
	hack/deploy.sh
undeploy: ## Remove the operator; CRDs and definitions stay
	hack/deploy.sh remove
