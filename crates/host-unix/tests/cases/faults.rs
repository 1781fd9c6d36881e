//! Whatever fails, wherever: each file is whole, the changes made are the first ones of the plan, and the same call
//! then completes and leaves nothing behind.

use prepair_core::codes::ErrorCode;
use prepair_core::error::Error;
use prepair_core::report::Change;
use prepair_core::steps::FileStep;
use prepair_host::{ApplyRequest, Entry};
use prepair_host_unix::io::Errno;
use prepair_host_unix::{Io, lock, read_files};
use sha2::{Digest, Sha256};

use crate::doubles::applied;
use crate::doubles::{Failing, Memory, Verdict};

const STATE: &str = "/home/u/.openclaw";
const PATHS: [&str; 4] = [
    "/home/u/.openclaw/identity/device.json",
    "/home/u/.openclaw/devices/paired.json",
    "/home/u/.openclaw/devices/pending.json",
    "/etc/openclaw/openclaw.json",
];
/// Before and after: created, replaced, removed, replaced with its mode kept.
const OLD: [Option<&str>; 4] = [None, Some("{\"a\":1}"), Some("{\"r\":{}}"), Some("// mine\n{}\n")];
const NEW: [Option<&str>; 4] =
    [Some("{\"key\":1}\n"), Some("{\"a\":1,\"b\":2}"), None, Some("// mine\n{\"gateway\":{}}\n")];

const ERRNOS: [Errno; 14] = [
    Errno::XDEV,
    Errno::IO,
    Errno::NOSPC,
    Errno::DQUOT,
    Errno::ROFS,
    Errno::ACCESS,
    Errno::PERM,
    Errno::BUSY,
    Errno::NOENT,
    Errno::EXIST,
    Errno::INVAL,
    Errno::MFILE,
    Errno::LOOP,
    Errno::STALE,
];

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fresh() -> Memory {
    let memory = Memory::new();
    memory.put_dir("/home/u");
    for (path, old) in PATHS.iter().zip(OLD) {
        if let Some(old) = old {
            memory.put(path, old.as_bytes(), 0o640);
        }
    }
    memory
}

fn bases() -> Vec<String> {
    vec![STATE.into(), "/etc/openclaw".into()]
}

/// What a driver does: reads, plans what is still to be done, applies it.
fn run<I: Io>(io: &I) -> prepair_core::Result<Vec<Change>> {
    let files = PATHS.map(str::to_owned).to_vec();
    let found = read_files(io, &bases(), &files)?;
    let mut steps = Vec::new();
    for (path, new) in PATHS.iter().zip(NEW) {
        let expect = match &found.files.iter().find(|(known, _)| known == path).unwrap().1 {
            Entry::File(content) if Some(content.as_slice()) == new.map(str::as_bytes) => continue,
            Entry::File(content) => Some(hex(content)),
            Entry::Absent if new.is_none() => continue,
            Entry::Absent => None,
            other => {
                return Err(Error::new(ErrorCode::NotAFile, format!("{other:?}"))
                    .at(*path)
                    .hint(""));
            }
        };
        steps.push(match (new, expect) {
            (Some(new), expect) => FileStep::Write {
                path: (*path).to_owned(),
                content: new.as_bytes(),
                mode: 0o600,
                keep_mode: true,
                splices: Vec::new(),
                expect,
            },
            (None, expect) => {
                FileStep::Remove { path: (*path).to_owned(), expect: expect.unwrap() }
            }
        });
    }
    if steps.is_empty() && !found.leftovers {
        return Ok(Vec::new());
    }
    let random = [(found.leftovers as u8) + 7; 12];
    applied(io, &ApplyRequest { bases: bases(), steps, owner: None, rehearse: false, random })
}

/// How many steps are visible; panics if they aren't the first ones or a file isn't whole.
fn done(memory: &Memory, when: &str) -> usize {
    let state: Vec<bool> = PATHS
        .iter()
        .zip(OLD.iter().zip(NEW))
        .map(|(path, (old, new))| {
            let now = memory.get(path);
            let now = now.as_deref().map(|content| std::str::from_utf8(content).unwrap());
            assert!(now == *old || now == new, "{when}: {path} is {now:?}");
            now == new
        })
        .collect();
    let count = state.iter().take_while(|done| **done).count();
    assert!(state[count..].iter().all(|done| !done), "{when}: not a prefix: {state:?}");
    count
}

fn strays(memory: &Memory) -> Vec<String> {
    memory.paths().into_iter().filter(|path| path.contains(".prepair")).collect()
}

fn completes(memory: &Memory, when: &str) {
    for round in 0..4 {
        run(memory).unwrap_or_else(|error| panic!("{when}, round {round}: {error}"));
        let beside_config = |path: &String| path.starts_with("/etc/openclaw/.prepair-");
        if done(memory, when) == PATHS.len() && strays(memory).iter().all(beside_config) {
            if !strays(memory).is_empty() {
                // There it may be of a call for another state dir, until it is old.
                memory.pass(lock::STALE_MS + 1);
                run(memory).unwrap_or_else(|error| panic!("{when}, later: {error}"));
                assert_eq!(strays(memory), [""; 0], "{when}");
            }
            assert_eq!(memory.look(PATHS[0]).unwrap().mode, 0o600, "{when}");
            assert_eq!(memory.look(PATHS[3]).unwrap().mode, 0o640, "{when}");
            let log = Failing::new(memory, |_, _| Verdict::Proceed);
            assert_eq!(run(&log).unwrap(), [], "{when}: nothing left to do");
            return;
        }
    }
    panic!("{when}: not done: {:?}", memory.paths());
}

/// Where "no such file" is an answer, which no caller can tell from a fault.
const LOOKUPS: [&str; 4] = ["open_base", "open_dir", "open_file", "stat_at"];

fn calls() -> usize {
    let memory = fresh();
    let counting = Failing::new(&memory, |_, _| Verdict::Proceed);
    let changes = run(&counting).unwrap();
    assert_eq!(changes.len(), 4);
    assert_eq!(done(&memory, "no fault"), 4);
    assert_eq!(strays(&memory), [""; 0]);
    counting.log().len()
}

#[test]
fn every_call_failing_in_every_way() {
    let (mut tried, mut failed) = (0, 0);
    for can in [(true, true), (false, true), (false, false)] {
        for at in 0..calls() + 4 {
            for errno in ERRNOS {
                if can != (true, true) && errno != Errno::IO {
                    continue;
                }
                let memory = fresh();
                memory.can.set(can);
                let failing = Failing::at(&memory, at, errno);
                let outcome = run(&failing);
                let call = failing.log().get(at).copied();
                if errno == Errno::NOENT && call.is_some_and(|call| LOOKUPS.contains(&call)) {
                    continue;
                }
                let when = format!("call {at} ({call:?}) {errno:?} {can:?}");
                tried += 1;
                match outcome {
                    Ok(_) => {}
                    Err(error) => {
                        failed += 1;
                        assert!(error.place.is_some() && error.hint.is_some(), "{when}: {error:?}");
                        let before = done(&memory, &when);
                        if before == 0 && strays(&memory).is_empty() {
                            // Nothing changed means nothing: no folder of ours is left either.
                            let left = memory
                                .paths()
                                .into_iter()
                                .filter(|path| path.ends_with("/identity"));
                            let undone =
                                at + 1 == failing.log().len() || failing.log()[at] != "remove_dir";
                            assert!(left.count() == 0 || !undone, "{when}: {:?}", memory.paths());
                        }
                    }
                }
                done(&memory, &when);
                completes(&memory, &when);
            }
        }
    }
    assert!(tried > 1000 && failed > 500, "{tried} {failed}");
}

#[test]
fn interrupted_and_short_calls_are_carried_on() {
    for at in 0..calls() {
        let memory = fresh();
        let failing = Failing::at(&memory, at, Errno::INTR);
        assert_eq!(run(&failing).unwrap().len(), 4, "call {at}");
        assert_eq!(done(&memory, "interrupted"), 4);
        assert_eq!(strays(&memory), [""; 0]);
    }
    let memory = fresh();
    assert_eq!(run(&Failing::new(&memory, |_, _| Verdict::Short)).unwrap().len(), 4);
    assert_eq!(done(&memory, "short writes"), 4);
}

#[test]
fn killed_at_every_call() {
    for can in [(true, true), (false, true)] {
        for at in 0..calls() + 2 {
            let memory = fresh();
            memory.can.set(can);
            let _ = run(&Failing::killed_at(&memory, at));
            memory.restart();
            let when = format!("killed at {at}");
            done(&memory, &when);
            completes(&memory, &when);
        }
    }
}

/// Of the folders that were not synced, any may or may not have reached the disk.
#[test]
fn power_lost_at_every_call() {
    let mut tried = 0;
    for at in 0..calls() + 2 {
        let memory = fresh();
        let _ = run(&Failing::killed_at(&memory, at));
        let unsynced = memory.unsynced();
        for lucky in 0..1u32 << unsynced.len() {
            let lucky: Vec<usize> = unsynced
                .iter()
                .enumerate()
                .filter(|(bit, _)| lucky >> bit & 1 == 1)
                .map(|(_, node)| *node)
                .collect();
            let after = memory.after_power_loss(&lucky);
            let when = format!("power lost at {at}, {lucky:?} of {unsynced:?} written");
            done(&after, &when);
            completes(&after, &when);
            tried += 1;
        }
    }
    assert!(tried > calls(), "{tried}");
    let memory = fresh();
    run(&memory).unwrap();
    assert_eq!(done(&memory.after_power_loss(&[]), "after success"), 4);
}

#[test]
fn nothing_is_visible_before_all_is_staged_and_folders_are_synced_between() {
    let memory = fresh();
    let counting = Failing::new(&memory, |_, _| Verdict::Proceed);
    run(&counting).unwrap();
    let log = counting.log();
    let visible: Vec<&str> = log
        .iter()
        .copied()
        .filter(|call| {
            ["create", "rename", "exchange", "rename_new", "unlink", "sync"].contains(call)
        })
        .collect();
    assert_eq!(
        visible,
        [
            "create", // the lock
            "sync",   // identity/ made
            "create",
            "sync",
            "create",
            "sync",
            "create",
            "sync", // three temp files
            "rename_new",
            "sync", // identity
            "exchange",
            "unlink", // what was there
            "unlink",
            "sync", // paired, pending
            "exchange",
            "unlink",
            "sync",   // config
            "unlink", // the lock
        ]
    );
}

/// A gateway renames its files into place without a lock. What it writes after our last look, before the exchange and
/// while its file is put back, is there in the end, and the next call builds on it.
#[test]
fn what_comes_at_the_last_moment_stays() {
    let exchanges = || {
        let memory = fresh();
        let counting = Failing::new(&memory, |_, _| Verdict::Proceed);
        run(&counting).unwrap();
        counting.log().iter().filter(|call| **call == "exchange").count()
    };
    assert_eq!(exchanges(), 2, "paired.json and the config");
    for (path, first) in [(PATHS[1], 0), (PATHS[3], 1)] {
        for times in 1..=5 {
            let memory = fresh();
            let count = std::cell::Cell::new(0);
            let theirs = |n| format!("{{\"theirs\":{n}}}");
            let meddled = Failing::new(&memory, |_, call| {
                if call == "exchange" {
                    let n = count.get();
                    count.set(n + 1);
                    if (first..first + times).contains(&n) {
                        memory.put(path, theirs(n).as_bytes(), 0o640);
                    }
                }
                Verdict::Proceed
            });
            let error = run(&meddled).unwrap_err();
            assert_eq!(error.code, ErrorCode::Changed, "{times}");
            assert_eq!(memory.get(path), Some(theirs(first + times - 1).into_bytes()), "{times}");
            assert_eq!(strays(&memory), [""; 0], "{times}");
        }
    }
}

/// overlayfs makes another inode of a file with hard links that it copies up at the exchange: the same file all the same,
/// if its content is.
#[test]
fn a_file_that_is_copied_up_is_not_another_writers() {
    for (path, old) in [(PATHS[1], OLD[1].unwrap()), (PATHS[3], OLD[3].unwrap())] {
        for content in [old, &"x".repeat(old.len())] {
            let memory = fresh();
            let copied = std::cell::Cell::new(false);
            let meddled = Failing::new(&memory, |_, call| {
                if call == "exchange" && memory.get(path).as_deref() == Some(old.as_bytes()) {
                    copied.set(true);
                    memory.put(path, content.as_bytes(), 0o640);
                }
                Verdict::Proceed
            });
            let outcome = run(&meddled);
            assert!(copied.get());
            if content == old {
                assert_eq!(outcome.unwrap().len(), 4);
            } else {
                assert_eq!(outcome.unwrap_err().code, ErrorCode::Changed);
                assert_eq!(memory.get(path).as_deref(), Some(content.as_bytes()));
            }
            assert_eq!(strays(&memory), [""; 0]);
        }
    }
}

/// The same where, besides, a call fails after the first exchange: what came is there, or has the name of our temp file.
#[test]
fn what_comes_at_the_last_moment_stays_where_calls_fail() {
    for errno in ERRNOS {
        for failing in 1..8 {
            let memory = fresh();
            let (path, theirs) = (PATHS[1], b"{\"theirs\":1}");
            let since = std::cell::Cell::new(None);
            let meddled = Failing::new(&memory, |_, call| {
                match since.get() {
                    None if call == "exchange" => {
                        memory.put(path, theirs, 0o640);
                        since.set(Some(0));
                    }
                    None => {}
                    Some(n) => since.set(Some(n + 1)),
                }
                // "no such file" is an answer, which no caller can tell from a fault
                let told = errno == Errno::NOENT && LOOKUPS.contains(&call);
                if since.get() == Some(failing) && !told {
                    Verdict::Fail(errno)
                } else {
                    Verdict::Proceed
                }
            });
            let outcome = run(&meddled);
            let when = format!("{errno:?} at call {failing} after: {outcome:?}");
            assert!(outcome.is_err(), "{when}");
            assert_eq!(memory.get(path).as_deref(), Some(&theirs[..]), "{when}");
        }
    }
}

/// A mode that is tightened while we write stays so.
#[test]
fn a_mode_changed_meanwhile_stays() {
    for place in ["sync", "exchange"] {
        let memory = fresh();
        let config = PATHS[3];
        let count = std::cell::Cell::new(0);
        let meddled = Failing::new(&memory, |_, call| {
            // the last temp file's sync, the second exchange: the config's
            count.set(count.get() + usize::from(call == place));
            if call == place && count.get() == if place == "sync" { 4 } else { 2 } {
                memory.set_mode(config, 0o600);
            }
            Verdict::Proceed
        });
        assert_eq!(run(&meddled).unwrap_err().code, ErrorCode::Changed, "{place}");
        assert_eq!(memory.look(config).unwrap().mode, 0o600, "{place}");
        assert_eq!(strays(&memory), [""; 0], "{place}");
    }
}

/// A name that someone else takes every time: given up, with theirs in its place.
#[test]
fn another_writer_every_time_is_no_endless_loop() {
    let memory = fresh();
    let count = std::cell::Cell::new(0);
    let meddled = Failing::new(&memory, |_, call| {
        if call == "exchange" {
            count.set(count.get() + 1);
            memory.put(PATHS[1], format!("{{\"n\":{}}}", count.get()).as_bytes(), 0o640);
        }
        Verdict::Proceed
    });
    assert_eq!(run(&meddled).unwrap_err().code, ErrorCode::Changed);
    assert!(memory.get(PATHS[1]).unwrap().starts_with(b"{\"n\""), "not ours");
}
