//! What the Node on PATH must be.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;

/// A program that is being written can't be run, and a child that another thread just forked holds it open.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// `cargo xtask test --list` with nothing on PATH but a node that prints this version.
fn list(version: Option<&str>) -> Output {
    let _turn = ONE_AT_A_TIME.lock();
    let bin = Path::new(env!("CARGO_TARGET_TMPDIR")).join(version.unwrap_or("none"));
    fs::create_dir_all(&bin).unwrap();
    if let Some(version) = version {
        let node = bin.join("node");
        fs::write(&node, format!("#!/bin/sh\necho {version}\n")).unwrap();
        fs::set_permissions(&node, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let xtask = env!("CARGO_BIN_EXE_xtask");
    Command::new(xtask).args(["test", "--list"]).env("PATH", bin).output().unwrap()
}

#[test]
fn one_that_is_new_enough_serves() {
    for version in ["v20.10.0", "v20.9999.0", "v24.1.0", "v100.0.0-pre"] {
        let out = list(Some(version));
        assert!(out.status.success(), "{version}: {}", String::from_utf8_lossy(&out.stderr));
        assert!(String::from_utf8_lossy(&out.stdout).contains("clean-tree"), "{version}");
    }
}

#[test]
fn an_old_one_is_refused_by_name() {
    for version in ["v18.20.4", "v20.9.0", "v9.11.2"] {
        let out = list(Some(version));
        assert!(!out.status.success(), "{version}");
        let text = String::from_utf8_lossy(&out.stderr);
        assert_eq!(
            text.trim(),
            format!("Node 20.10 or later is needed on PATH; the one there is {version}")
        );
    }
}

#[test]
fn none_is_refused() {
    let out = list(None);
    assert!(!out.status.success());
    let text = String::from_utf8_lossy(&out.stderr);
    assert!(text.contains("Node 20.10 or later is needed on PATH"), "{text}");
}
