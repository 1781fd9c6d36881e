"""Pre-pairs an OpenClaw state dir from Python: reads, plans, writes. Needs `pip install wasmtime`.

    python prepair.py <openclaw-prepair.wasm> <state dir> [<OpenClaw version>]

The component decides; this file reads what it asks for and writes what it says. State dirs without a started database:
for rows, answer its queries and run its statements with the sqlite3 module, all in one transaction.
"""
import hashlib
import os
import stat
import sys
import tempfile
import time

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant


class Refused(Exception):
    """What the component refuses: code, message, path, line, column and hint."""

    def __init__(self, error):
        super().__init__(f"{error.code}: {error.message}")
        self.error = error


def record(**fields):
    """A record of wit/: `state_dir` is `state-dir`."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class Prepair:
    """The component, with the system's randomness: the one thing that it imports."""

    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        linker = Linker(engine)
        with linker.root() as root, root.add_instance("wasi:random/random@0.2.0") as random:
            random.add_func("get-random-bytes", lambda _store, count: os.urandom(count))
        self.instance = linker.instantiate(self.store, Component.from_file(engine, path))

    def function(self, interface, name):
        at = self.instance.get_export_index(self.store, f"openclaw:prepair/{interface}@0.1.0")
        return self.instance.get_func(self.store, self.instance.get_export_index(self.store, name, at))

    def plan(self, request, inputs):
        """The plan, or what must be read first: `missing`."""
        answer = self.function("planner", "plan")(self.store, request, inputs)
        if isinstance(answer, Variant) and answer.tag == "refused":
            raise Refused(answer.payload)
        return answer


def setup_request(state_dir, version=None):
    """What `setup` of the JavaScript package does without options."""
    pair = record(
        identity=Variant("on-disk"), on_conflict="refuse", device=None, role=None, scopes=None,
        reinstate=False, display_name=None, pending="device",
    )
    config = record(
        trusted_proxies=Variant("sandbox"), proxy_peers=[], allow_any=False, merge=None, arrays="union",
    )
    target = record(state_dir=state_dir, config_path=None, profile=None, gateway_version=version, env=[])
    return record(target=target, operation=Variant("setup", record(pair=pair, config=config)))


def look(path):
    """What stands at a path, links not followed."""
    try:
        kind = os.lstat(path).st_mode
    except FileNotFoundError:
        return Variant("absent")
    if stat.S_ISREG(kind):
        with open(path, "rb") as file:
            return Variant("content", file.read())
    return Variant("dir" if stat.S_ISDIR(kind) else "symlink" if stat.S_ISLNK(kind) else "other")


def plan(prepair, request, entropy):
    """Reads until there is a plan."""
    files, rows = {}, {}
    while True:
        inputs = record(
            files=list(files.items()), rows=[record(id=id, rows=None) for id in rows], now=int(time.time() * 1000),
            home=os.path.expanduser("~"), cwd=os.getcwd(), installed=None, passed_over=[], entropy=entropy,
            stats=None, process=None, gateway=None, earlier=None, failures=[],
        )
        answer = prepair.plan(request, inputs)
        if not isinstance(answer, Variant):
            return answer
        for path in answer.payload.files:
            files[path] = look(path)
        for query in answer.payload.queries:
            if os.path.exists(query.db) and os.path.getsize(query.db) > 0:
                raise SystemExit(f"{query.db}: rows are not read by this example")
            rows[query.id] = None


def apply(step):
    """Writes one file: private from its first byte, whole, and only where nothing changed since it was read."""
    path = getattr(step, "path")
    before = look(path)
    digest = hashlib.sha256(before.payload).hexdigest() if before.tag == "content" else None
    if digest != step.expect or before.tag not in ("content", "absent"):
        raise SystemExit(f"{path} changed meanwhile; call again")
    if not hasattr(step, "content"):
        os.unlink(path)
        return
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".prepair-")  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(step.content)
            keep = getattr(step, "keep-mode") and digest is not None
            os.fchmod(file.fileno(), stat.S_IMODE(os.stat(path).st_mode) if keep else step.mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def main(component, state_dir, version=None):
    prepair = Prepair(component)
    try:
        planned = plan(prepair, setup_request(os.path.abspath(state_dir), version), os.urandom(64))
    except Refused as refused:
        print(refused, refused.error.hint or "", sep="\n", file=sys.stderr)
        return 1
    for step in planned.steps:
        apply(step.payload)
    report = planned.report.payload.pair
    print(f"device {getattr(report, 'device-id')}: identity {report.identity}, record {report.paired}")
    for change in report.changes:
        print(f"  {change.action} {change.path}")
    return 0


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
