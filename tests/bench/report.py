"""The benchmark's table: medians, ratios, and the targets that they are held against."""

from statistics import median

# How many times faster than the peer a question must be answered, file in the system's cache.
OS_TARGETS = {
    "DuckDB": {"W1": 2, "W2": 4, "W3": 1.7, "W4": 5, "W5": 4, "W2E": 4},
    "DuckDB AES-GCM": {"W1": 10, "W2": 15, "W3": 6, "W4": 10, "W5": 10, "W2E": 8},
    "SQLCipher": {"W1": 400, "W2": 400, "W3": 100, "W4": 350, "W5": 60},
}
COLD_TARGET = 2  # each question, DuckDB unencrypted
IMPORT_TARGET = 1.3
FILE_TARGET = 0.65
FLOOR_TARGET = 2

PHASES = {"cold": "cold: file evicted, fresh process",
          "os": "os: fresh process, file in the system's cache",
          "os_cpu": "os, seconds that all threads computed: what to go by on a busy machine",
          "steady": "steady: the same process asked again"}


def target_of(phase, peer, question):
    if phase == "os":
        return OS_TARGETS.get(peer, {}).get(question)
    if phase == "cold" and peer == "DuckDB" and question.startswith("W"):
        return COLD_TARGET
    return None


def summarise(results):
    """Adds to the raw seconds of `results` their medians, ratios, targets and whether they are met."""
    lines = []
    for phase in PHASES:
        for question in results["questions"]:
            seconds = {name: median(times) for name, phases in question["seconds"].items()
                       if (times := phases.get(phase))}
            if "Sceau" not in seconds:
                continue
            line = {"phase": phase, "question": question["name"], "sceau": seconds["Sceau"],
                    "peers": {}}
            for name, taken in seconds.items():
                if name == "Sceau":
                    continue
                ratio, target = taken / seconds["Sceau"], target_of(phase, name, question["name"])
                line["peers"][name] = {"seconds": taken, "ratio": ratio, "target": target,
                                       "met": None if target is None else ratio >= target}
            lines.append(line)
    results["ratios"] = lines
    for question in results["questions"]:
        steady = question["seconds"]["Sceau"].get("steady")
        if (floor := question.get("floor")) and steady:
            floor["seconds"] = floor["decrypt"] + floor["aggregate"]
            floor["steady"] = median(steady)
            floor["ratio"] = floor["steady"] / floor["seconds"]
            floor["met"] = floor["ratio"] <= FLOOR_TARGET
    for data in results["datasets"]:
        summarise_loads(data)


def summarise_loads(data):
    """The peer of an import or of a file's size is DuckDB at its best: the faster, the smaller."""
    plain = [load for name, load in data["loads"].items()
             if name in ("DuckDB", "DuckDB VARCHAR")]
    if not plain:
        return
    ours = data["loads"]["Sceau"]
    ratio = min(load["seconds"] for load in plain) / ours["seconds"]
    size = ours["bytes"] / min(load["bytes"] for load in plain)
    data["import"] = {"ratio": ratio, "target": IMPORT_TARGET, "met": ratio >= IMPORT_TARGET}
    data["file"] = {"ratio": size, "target": FILE_TARGET, "met": size <= FILE_TARGET}


def verdict(met):
    return {True: "met", False: "NOT MET", None: ""}[met]


def short(seconds):
    return f"{seconds:.4f}" if seconds < 1 else f"{seconds:.2f}"


def print_table(results):
    setting = results["setting"]
    print(f"{setting['rows']:,} rows ({setting['order']}), medians of {setting['rounds']} rounds, "
          f"{setting['threads']} threads, {setting['processors']} processors, load "
          f"{setting['load_before']:.1f} before")
    for data in results["datasets"]:
        print_loads(data)
    for phase, title in PHASES.items():
        lines = [line for line in results["ratios"] if line["phase"] == phase]
        if lines:
            print_phase(title, lines, results)
    floors = [question for question in results["questions"] if "ratio" in question.get("floor", {})]
    if floors:
        print("\nfloor: decrypting the columns' pages + adding up decoded columns, seconds")
    for question in floors:
        floor = question["floor"]
        print(f"  {question['name']:4} {floor['bytes'] / 1e6:8.1f} MB  {short(floor['decrypt'])} + "
              f"{short(floor['aggregate'])}   steady {short(floor['steady'])}: "
              f"{floor['ratio']:.1f}x   <= {FLOOR_TARGET}x {verdict(floor['met'])}")
    for note in results["notes"]:
        print(f"\n{note}")


def print_loads(data):
    print(f"\n{data['name']}: {data['rows']:,} rows, import with durable commit")
    for name, load in data["loads"].items():
        size = f"{load['bytes'] / 1e6:9.1f} MB file" if "bytes" in load else "  in memory, in clear"
        print(f"  {name:16} {load['seconds']:8.2f} s {data['rows'] / load['seconds'] / 1e6:7.2f} M "
              f"rows/s {size:20} {load['peak_memory'] / 1e6:8.0f} MB memory")
    if "import" in data:
        print(f"  against DuckDB's better of two: import {data['import']['ratio']:.2f}x "
              f">= {IMPORT_TARGET}x {verdict(data['import']['met'])}; file "
              f"{data['file']['ratio']:.2f}x <= {FILE_TARGET}x {verdict(data['file']['met'])}")


def print_phase(title, lines, results):
    peers = list(dict.fromkeys(name for line in lines for name in line["peers"]))
    print(f"\n{title}; seconds, how many times Sceau's, target")
    print(f"  {'':4} {'Sceau':>8}" + "".join(f"  {peer:>32}" for peer in peers))
    for line in lines:
        text = f"  {line['question']:4} {short(line['sceau']):>8}"
        for peer in peers:
            found = line["peers"].get(peer)
            cell = "-"
            if found:
                wanted = f">= {found['target']}x {verdict(found['met'])}" if found["target"] else ""
                cell = f"{short(found['seconds'])} {found['ratio']:7.1f}x {wanted:16}"
            text += f"  {cell:>32}"
        print(text.rstrip())
    if lines[0]["phase"] == "os":
        for question in results["questions"]:
            print(f"       {question['name']}: {question['title']}")
