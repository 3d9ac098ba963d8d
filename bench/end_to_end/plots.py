"""The plots of docs/benchmarks.md: {file name: SVG text}."""

from end_to_end import cases, figures, plot, table, targets

OURS = ("ringpostd", "ringpostd-maildir")


def all_plots(book, case_names, server_names):
    found = {f"case-{case.name.lower()}.svg": _cpu(book, case, server_names)
             for case in cases.THROUGHPUT if case.name in case_names}
    names = (*server_names, *cases.CONTENDER_TITLES)
    found |= {f"case-{case.name.lower()}.svg": _tls_cpu(book, case, names)
              for case in cases.TLS if case.name in case_names}
    found["targets.svg"] = _targets(targets.verdicts(book, case_names))
    if cases.IDLE in case_names:
        found["idle.svg"] = _idle(book, server_names)
    return {name: text for name, text in found.items() if text}


def _cpu(book, case, server_names):
    rows = []
    for name in server_names:
        spread = figures.spread(book.by_round(case.name, name, "server_cpu_us").values())
        if spread:
            beside = ""
            if name != targets.BLIND and (
                    ratio := targets.cpu_ratio(book, case.name, targets.BLIND, name)):
                beside = f" · {table.number(ratio.median)} x blind"
            rows.append(plot.Row(table.title(book, name), spread.median, spread.least, spread.most,
                                 f"{table.number(spread.median)}{beside}", name in OURS))
    if not rows:
        return None
    rows.sort(key=lambda row: row.median)
    return plot.dots(f"{case.name}: {case.title}", "server CPU, µs for each message", rows,
                     is_logarithmic=True)


def _tls_cpu(book, case, names):
    rows = []
    for name in names:
        spread = figures.spread(book.by_round(case.name, name, "server_cpu_us").values())
        if spread:
            text = f"{table.number(spread.median)} · {table.number(1e6 / spread.median)}/s a core"
            rows.append(plot.Row(table.title(book, name), spread.median, spread.least, spread.most,
                                 text, name in OURS))
    if not rows:
        return None
    rows.sort(key=lambda row: row.median)
    return plot.dots(f"{case.name}: {case.title}", f"server CPU, µs for each {case.unit}", rows,
                     is_logarithmic=True)


def _targets(verdicts):
    rows = [plot.Row(f"{verdict.case}, x {verdict.against}", verdict.ratio.median,
                     verdict.ratio.least, verdict.ratio.most,
                     f"{table.times(verdict.ratio.median)} of {verdict.bound:.2f}", True, verdict.bound)
            for verdict in verdicts
            if verdict.ratio and verdict.against in (targets.BLIND, targets.SMTP_SINK)]
    if not rows:
        return None
    return plot.dots("ringpostd against its targets (the red marks; left of them is within)",
                     "times the server CPU of the other", rows, is_logarithmic=False)


def _idle(book, server_names):
    rows = []
    for name in server_names:
        octets = book.content["idle"].get(name, {}).get("bytes_per_connection", 0)
        if octets > 0:
            rows.append(plot.Row(table.title(book, name), octets, octets, octets,
                                 f"{table.number(octets)} octets", name in OURS))
    if not rows:
        return None
    rows.sort(key=lambda row: row.median)
    return plot.dots("Memory of an idle connection", "octets of user memory", rows,
                     is_logarithmic=True)
