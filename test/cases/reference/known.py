"""Published and textbook values that the estimates must give before they are trusted with anything else."""

from . import estimates


def check():
    close("NPS of 10, 5, 5", estimates.nps(10, 5, 5), 25.0, -11.7161, 55.1944)
    close("Wilson 42/50", estimates.share(42, 50), 0.84, 0.7148578394, 0.9166257932)
    close("Wilson 96/110", estimates.share(96, 110), 96 / 110, 0.7976498, 0.9226502)
    # nine opening customers, checked with R survey::svyratio: SE .1065899459, t on 8
    start, end = [100, 200, 50, 80, 120, 40, 300, 60, 150], [100, 260, 0, 60, 120, 40, 330, 0, 150]
    close("net revenue retention", estimates.ratio_of_sums(end, start), 0.963636364, 0.7178395, 1.2094332)
    # by hand: p .6, squared residual sums of the six customers 4.4, variance 6/5 * 4.4 / 10^2, n_eff .24 / .0528
    repeated = estimates.clustered_share([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], list("aaabbcddef"))
    if abs(repeated["effectiveN"] - 0.24 / 0.0528) > 1e-9:
        raise SystemExit(f"clustered share: n_eff {repeated['effectiveN']}, by hand {0.24 / 0.0528}")


def close(what, got, *wanted):
    for name, value in zip(("value", "lower", "upper"), wanted):
        if abs(got[name] - value) > 5e-5 * max(1, abs(value)):
            raise SystemExit(f"{what}: {name} {got[name]}, known {value}")
