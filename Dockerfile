# The two images. Each is one static binary on scratch, run as a user without a name, with nothing to write to.
# hack/images.sh builds the binaries into bin/ and then both targets; nothing is pulled.

# The operator: plans, publishes, reconciles, serves metrics. Pure Go.
FROM scratch AS manager
COPY bin/manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]

# The computation inside a Job, with DuckDB linked in.
FROM scratch AS compute
COPY bin/compute /compute
USER 65532:65532
ENTRYPOINT ["/compute"]
