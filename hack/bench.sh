#!/usr/bin/env bash
# bench.sh: the benchmarks of docs/performance.md. Each prints its own baselines beside it; compare ratios, not seconds.
# The planner's take an hour and PostgreSQL; name one to run it alone: bench.sh scrape | lifetime | planner
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"
require_go

scrape() { go test -run '^$' -bench Scrape -benchtime 20x -benchmem ./internal/metrics; }
lifetime() { go test -run '^$' -bench . -benchtime 3x -benchmem ./internal/lifetime; }
planner() { CPI_BENCH=1 go test -run TestBenchmark -v -timeout 120m ./internal/query; }

case ${1:-all} in
  scrape | lifetime | planner) "$1" ;;
  all) scrape; lifetime; planner ;;
  *) sed -n '2,/^source/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
