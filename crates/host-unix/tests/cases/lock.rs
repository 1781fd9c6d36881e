//! The lock among calls that meet each other in the middle, on a clock that runs as fast as it is slept on.

use prepair_core::codes::ErrorCode;
use prepair_core::error::Place;
use std::cell::{Cell, RefCell};

use prepair_core::options::target::Owner;
use prepair_core::steps::FileStep;
use prepair_host::ApplyRequest;
use prepair_host_unix::io::Errno;
use prepair_host_unix::lock;

use crate::doubles::applied;
use crate::doubles::{Failing, Memory, Verdict};

const STATE: &str = "/home/u/.openclaw";
const LOCK: &str = "/home/u/.openclaw/.prepair.lock";
const FILE: &str = "/home/u/.openclaw/x";

fn request(random: u8, content: &'static str, expect: Option<&str>) -> ApplyRequest<'static> {
    ApplyRequest {
        bases: vec![STATE.into()],
        steps: vec![FileStep::Write {
            path: FILE.into(),
            content: content.as_bytes(),
            mode: 0o600,
            keep_mode: false,
            splices: Vec::new(),
            expect: expect.map(str::to_owned),
        }],
        owner: None,
        rehearse: false,
        random: [random; 12],
    }
}

fn fresh() -> Memory {
    let memory = Memory::new();
    memory.put_dir(STATE);
    memory
}

/// A call that another one makes at each moment of ours.
fn at_each_call(of: impl Fn(&Memory) -> usize, meet: impl Fn(&Memory)) {
    for at in 0..of(&fresh()) {
        let memory = fresh();
        let ours = Failing::new(&memory, |now, _| {
            if now == at {
                meet(&memory);
            }
            Verdict::Proceed
        });
        let outcome = applied(&ours, &request(1, "ours", None));
        match (outcome, memory.get(FILE).as_deref()) {
            (Ok(_), Some(b"ours")) => {}
            (Err(error), Some(b"theirs")) if error.code == ErrorCode::Changed => {}
            other => panic!("met at call {at}: {other:?}"),
        }
        assert_eq!(memory.paths(), ["/home", "/home/u", STATE, FILE], "met at call {at}");
    }
}

fn count(memory: &Memory) -> usize {
    let counting = Failing::new(memory, |_, _| Verdict::Proceed);
    applied(&counting, &request(1, "ours", None)).unwrap();
    counting.log().len()
}

/// Before we hold the lock and after it the other one goes first or second; on the way it waits, until ours is old.
#[test]
fn another_call_in_the_middle_of_ours() {
    at_each_call(count, |memory| {
        if !memory.paths().iter().any(|path| path.starts_with(&format!("{LOCK}/"))) {
            let _ = applied(memory, &request(2, "theirs", None));
            return;
        }
        // On a copy, as ours can't go on while the other one waits.
        let copy = memory.clone();
        let _ = applied(&copy, &request(2, "theirs", None));
        assert!(copy.now() - memory.now() > lock::STALE_MS);
    });
}

/// We stand still for so long that our lock grows old and another call breaks it: no harm, ours finds out.
#[test]
fn a_call_that_stands_still_loses_its_lock_and_nothing_else() {
    at_each_call(count, |memory| {
        memory.pass(lock::STALE_MS + 1);
        let _ = applied(memory, &request(2, "theirs", None));
    });
}

/// As a call that fails takes away the state dir that it made.
#[test]
fn the_state_dir_goes_away_while_we_try() {
    for cuts in [1, 5, 100] {
        let memory = fresh();
        let left = Cell::new(cuts);
        let ours = Failing::new(&memory, |_, call| {
            let makes_lock = memory.look(STATE).is_some() && memory.look(LOCK).is_none();
            if call == "make_dir" && makes_lock && left.get() > 0 {
                left.set(left.get() - 1);
                memory.cut(STATE);
            }
            Verdict::Proceed
        });
        let outcome = applied(&ours, &request(1, "ours", None));
        if cuts < 100 {
            assert!(outcome.is_ok(), "{outcome:?}");
            assert_eq!(memory.get(FILE).as_deref(), Some(&b"ours"[..]));
        } else {
            assert_eq!(outcome.unwrap_err().code, ErrorCode::Changed);
            assert_eq!(memory.paths(), ["/home", "/home/u"]);
        }
    }
}

#[test]
fn a_lock_that_cannot_be_broken_is_waited_for_and_told() {
    let memory = fresh();
    let stranger = format!("{LOCK}/what is this");
    memory.put(&stranger, b"", 0o600);
    memory.give(&stranger, 0, 0);
    let before = memory.now();
    let error = applied(&memory, &request(1, "ours", None)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Locked);
    assert_eq!(error.place, Some(Place::of(LOCK)));
    let waited = memory.now() - before;
    assert!((lock::STALE_MS..=lock::WAIT_MS as i64).contains(&waited), "{waited} ms");
    assert_eq!(
        memory.get(&stranger).as_deref(),
        Some(&b""[..]),
        "another user's file is left alone"
    );
    assert_eq!(memory.get(FILE), None);
}

#[test]
fn the_holder_is_named_and_broken_only_when_old() {
    let memory = fresh();
    memory.processes.borrow_mut().insert(77, 5);
    let held = format!("{LOCK}/0b00.1.77.5.0123abcd");
    let refresh = |_: usize, name: &'static str| {
        // A holder that renews it all the time.
        if name == "make_dir" && memory.get(&held).is_some() {
            memory.cut(&held);
        }
        if name == "make_dir" {
            memory.put(&held, b"", 0o600);
        }
        Verdict::Proceed
    };
    refresh(0, "make_dir");
    let error = applied(&Failing::new(&memory, refresh), &request(1, "ours", None)).unwrap_err();
    assert_eq!(error.message, "This lock is held by another call (process 77).");
    let before = memory.now();
    assert!(applied(&memory, &request(1, "ours", None)).is_ok());
    assert!(memory.now() - before > lock::STALE_MS - 5_000);
}

#[test]
fn root_gives_what_is_new_to_the_owner_of_the_folder() {
    let memory = fresh();
    memory.euid.set(0);
    memory.give("/home/u", 1000, 100);
    memory.give(STATE, 1000, 100);
    let seen = RefCell::new(false);
    let ours = Failing::new(&memory, |_, call| {
        if call == "rename_new" {
            let lock = memory.look(LOCK).unwrap();
            assert_eq!((lock.uid, lock.gid, lock.mode), (1000, 100, 0o700));
            seen.replace(true);
        }
        Verdict::Proceed
    });
    applied(&ours, &request(1, "ours", None)).unwrap();
    assert!(seen.take());
    let file = memory.look(FILE).unwrap();
    assert_eq!((file.uid, file.gid, file.mode), (1000, 100, 0o600));
}

/// Another user's state dir, whose mode lets us in: its owner could not read what we make there. A file system may tell
/// other users than there are, so what counts is whose the lock is that we made.
#[test]
fn the_state_dir_of_another_user_is_refused_but_roots() {
    for (of, owner) in
        [(1001, None), (0, None), (1001, Some(Owner { uid: 1000, gid: 1000 })), (1000, None)]
    {
        let memory = fresh();
        memory.give(STATE, of, of);
        let outcome = applied(&memory, &ApplyRequest { owner, ..request(1, "ours", None) });
        if of == 1001 && owner.is_none() {
            let error = outcome.unwrap_err();
            assert_eq!(error.code, ErrorCode::Permission);
            assert_eq!(error.place, Some(Place::of(STATE)));
            assert_eq!(memory.paths(), ["/home", "/home/u", STATE]);
        } else {
            assert!(outcome.is_ok(), "{of}: {outcome:?}");
        }
    }
    let squashed = fresh();
    squashed.give(STATE, 65_534, 65_534);
    let ours = Failing::new(&squashed, |_, _| {
        for path in squashed.paths() {
            squashed.give(&path, 65_534, 65_534);
        }
        Verdict::Proceed
    });
    assert!(applied(&ours, &request(1, "ours", None)).is_ok());
}

/// As root in a folder of someone else: a folder of root that they put in place of the one we made is not given away.
#[test]
fn a_folder_put_in_place_of_ours_is_not_given_away() {
    let memory = Memory::new();
    memory.euid.set(0);
    memory.put("/home/u/roots/secret", b"s", 0o600);
    memory.give("/home/u", 1000, 1000);
    let folder = "/home/u/.openclaw";
    let ours = Failing::new(&memory, |_, call| {
        if call == "open_dir" && memory.look(folder).is_some_and(|stat| stat.uid == 0) {
            memory.cut(folder);
            memory.put("/home/u/.openclaw/secret", b"s", 0o600);
        }
        Verdict::Proceed
    });
    let error = applied(&ours, &request(1, "ours", None)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Changed);
    assert_eq!(memory.look(folder).unwrap().uid, 0);
    assert_eq!(memory.get("/home/u/.openclaw/secret").as_deref(), Some(&b"s"[..]));
}

#[test]
fn a_file_that_appears_is_never_replaced() {
    for can in [(true, true), (false, true)] {
        let memory = fresh();
        memory.can.set(can);
        let ours = Failing::new(&memory, |_, call| {
            if call == "rename_new" {
                memory.put(FILE, b"theirs", 0o600);
            }
            Verdict::Proceed
        });
        let error = applied(&ours, &request(1, "ours", None)).unwrap_err();
        assert_eq!(error.code, ErrorCode::Changed);
        assert_eq!(memory.get(FILE).as_deref(), Some(&b"theirs"[..]));
        assert_eq!(memory.paths(), ["/home", "/home/u", STATE, FILE]);
    }
}

#[test]
fn a_mount_point_is_refused_before_and_at_the_rename() {
    let memory = fresh();
    memory.put(FILE, b"old", 0o600);
    memory.mount(FILE);
    let expect = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";
    let error = applied(&memory, &request(1, "ours", Some(expect))).unwrap_err();
    assert_eq!(error.code, ErrorCode::MountPoint);
    let blind = Failing::new(&memory, |_, call| {
        if call == "is_mount" { Verdict::Fail(Errno::NOENT) } else { Verdict::Proceed }
    });
    assert!(applied(&blind, &request(1, "ours", Some(expect))).is_err());
    let memory = fresh();
    memory.put(FILE, b"old", 0o600);
    let busy = Failing::new(&memory, |_, call| {
        if call == "exchange" { Verdict::Fail(Errno::BUSY) } else { Verdict::Proceed }
    });
    let error = applied(&busy, &request(1, "ours", Some(expect))).unwrap_err();
    assert_eq!(error.code, ErrorCode::MountPoint);
    assert_eq!(memory.get(FILE).as_deref(), Some(&b"old"[..]));
    assert_eq!(memory.paths(), ["/home", "/home/u", STATE, FILE]);
}
