//! The driver on a file system in memory: whole calls, their callbacks, and what stops them half-way.

use std::cell::Cell;

use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::inputs;
use prepair_host::{ApplyRequest, Asking, Disk, ReadReply, Waiting, drive};
use prepair_host_unix::{Files, lock};
use serde_json::{Value, json};

use crate::doubles::Memory;

const STATE: &str = "/home/u/.openclaw";
const IDENTITY: &str = "/home/u/.openclaw/identity/device.json";
const PAIRED: &str = "/home/u/.openclaw/devices/paired.json";
const CONFIG: &str = "/home/u/.openclaw/openclaw.json";

fn request(operation: &str, version: &str) -> Value {
    json!({
        "fn": "plan",
        "operation": operation,
        "options": { "stateDir": STATE, "gatewayVersion": version },
        "inputs": { "now": 1_790_000_000_000_i64, "home": "/home/u", "cwd": "/", "stats": {} },
    })
}

/// What a driver told, as JSON.
fn told(disk: &impl Disk, request: &Value, mut answer: impl FnMut(&str) -> Option<Value>) -> Value {
    let mut caller = Asking(|what: &str, _: &str| {
        Ok(answer(what).unwrap_or_else(|| json!({ "rows": {}, "gateway": null })).to_string())
    });
    let reply = drive(disk, &mut caller, &request.to_string(), &[], [7; 64]);
    serde_json::from_str(&reply.json).unwrap()
}

#[test]
fn a_first_call_writes_and_a_second_changes_nothing() {
    let memory = Memory::new();
    let first = told(&Files(&memory), &request("setup", "2026.2.19"), |_| None);
    let report = &first["answers"][0]["report"];
    assert_eq!(
        (&report["identity"], &report["attempts"]),
        (&"created".into(), &1.into()),
        "{first}"
    );
    let before: Vec<_> = [IDENTITY, PAIRED, CONFIG].map(|path| memory.get(path).unwrap()).into();
    let second = told(&Files(&memory), &request("setup", "2026.2.19"), |_| None);
    assert_eq!(second["answers"][0]["report"]["changes"], json!([]), "{second}");
    assert_eq!([IDENTITY, PAIRED, CONFIG].map(|path| memory.get(path).unwrap()), *before);
}

/// The disk, of which the first applications make only so many of their steps and then meet a change of another's.
struct Interrupted<'m> {
    inner: Files<'m, Memory>,
    steps: usize,
    times: Cell<usize>,
}

impl Disk for Interrupted<'_> {
    fn read(&self, bases: &[String], files: &[String]) -> Result<ReadReply> {
        self.inner.read(bases, files)
    }

    fn same(&self, bases: &[String], files: &[(&str, Option<&[u8]>)]) -> Result<bool> {
        self.inner.same(bases, files)
    }

    fn apply(&self, request: &ApplyRequest<'_>, waiting: Waiting<'_>) -> Result<()> {
        let Some(left) = self.times.get().checked_sub(1) else {
            return self.inner.apply(request, waiting);
        };
        self.times.set(left);
        let mut first = request.clone();
        first.steps.truncate(self.steps);
        if !first.steps.is_empty() {
            self.inner.apply(&first, waiting)?;
        }
        Err(Error::new(ErrorCode::Changed, "changed"))
    }

    fn stat(&self, path: &str, linked: bool) -> Option<inputs::Stat> {
        self.inner.stat(path, linked)
    }

    fn lacks_folder_of(&self, file: &str) -> bool {
        self.inner.lacks_folder_of(file)
    }

    fn random(&self) -> Result<[u8; 12]> {
        self.inner.random()
    }

    fn sleep_ms(&self, ms: u64) {
        self.inner.sleep_ms(ms);
    }
}

#[test]
fn what_was_done_before_a_change_of_anothers_is_in_the_report_of_the_whole() {
    for (steps, times, attempts) in
        [(0, 0, 1), (0, 1, 2), (1, 1, 2), (2, 1, 2), (3, 1, 1), (1, 2, 3)]
    {
        let memory = Memory::new();
        let disk = Interrupted { inner: Files(&memory), steps, times: Cell::new(times) };
        let told = told(&disk, &request("setup", "2026.2.19"), |_| None);
        let report = &told["answers"][0]["report"];
        let when = format!("{steps} steps, {times} times: {told}");
        assert_eq!(
            (&report["identity"], &report["paired"]),
            (&"created".into(), &"created".into()),
            "{when}"
        );
        assert_eq!(report["attempts"], attempts, "{when}");
        let changes = report["changes"].as_array().unwrap();
        let sizes = |change: &Value| {
            let path = change["path"].as_str().unwrap();
            assert_eq!(change["bytes"], memory.get(path).unwrap().len(), "{when}");
            path.to_owned()
        };
        let mut paths: Vec<_> = changes.iter().map(sizes).collect();
        paths.sort();
        assert_eq!(paths, [PAIRED, IDENTITY, CONFIG], "{when}");
    }
}

#[test]
fn who_writes_all_the_time_ends_the_call() {
    let memory = Memory::new();
    let disk = Interrupted { inner: Files(&memory), steps: 0, times: Cell::new(100) };
    let told = told(&disk, &request("setup", "2026.2.19"), |_| None);
    assert_eq!(
        (&told["error"]["code"], &told["error"]["path"]),
        (&"ERR_PREPAIR_CONTENDED".into(), &STATE.into())
    );
    assert_eq!(memory.get(IDENTITY), None);
}

#[test]
fn what_a_callback_refuses_ends_the_call_before_anything_is_written() {
    for failing in ["gateway", "read"] {
        let memory = Memory::new();
        memory.put("/home/u/.openclaw/state/openclaw.sqlite", b"SQLite format 3", 0o600);
        let before = memory.paths();
        let told = told(&Files(&memory), &request("setup", "2026.9.6"), |what| match what {
            _ if what == failing => Some(
                json!({ "error": { "code": "ERR_PREPAIR_SQLITE_BUSY", "message": "busy", "path": "/x", "line": null, "hint": "wait" } }),
            ),
            _ => None,
        });
        assert_eq!(told["error"]["code"], "ERR_PREPAIR_SQLITE_BUSY", "{failing}: {told}");
        assert_eq!(told["error"]["place"], json!({ "path": "/x" }), "{told}");
        assert_eq!(memory.paths(), before);
    }
    let memory = Memory::new();
    let told = told(&Files(&memory), &request("setup", "2026.2.19"), |_| Some("no object".into()));
    assert_eq!(told["error"]["code"], "ERR_PREPAIR_INTERNAL", "{told}");
    assert!(!told.to_string().contains("no object"), "{told}");
}

#[test]
fn whom_a_lock_is_waited_for_is_said_at_most_once_a_second() {
    let memory = Memory::new();
    told(&Files(&memory), &request("prePair", "2026.2.19"), |_| None);
    // Of a machine and a process that cannot be looked at.
    memory.put(&format!("{STATE}/{}/-.-.77.-.00000000", lock::NAME), b"", 0o600);
    let mut waits = 0;
    let mut ours = |what: &str| {
        waits += usize::from(what == "waiting");
        None
    };
    let held = told(&Files(&memory), &request("setup", "2026.2.19"), &mut ours);
    assert!(held["error"]["code"] == "ERR_PREPAIR_LOCKED" || held["error"].is_null(), "{held}");
    assert!((20..=36).contains(&waits), "{waits}");

    // Who says that it need not be waited for ends the call, and nothing has changed.
    let memory = Memory::new();
    memory.put(&format!("{STATE}/{}/-.-.77.-.00000000", lock::NAME), b"", 0o600);
    let before = memory.paths();
    let ended = told(&Files(&memory), &request("setup", "2026.2.19"), |what| {
        (what == "waiting")
            .then(|| json!({ "error": { "code": "ERR_PREPAIR_ABORTED", "message": "enough" } }))
    });
    assert_eq!(ended["error"]["code"], "ERR_PREPAIR_ABORTED", "{ended}");
    assert_eq!(memory.paths(), before);
}
