//! The identity file, and what lies beside the store.

use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::fault::Fault;
use crate::diagnose::findings::{Findings, SETUP_KEEPS};
use crate::diagnose::kept::discarded;
use crate::plan::identity::{legacy_identity, primary_key};
use crate::report::StoreKind;
use crate::rules::{BrokenIdentity, Import};
use crate::store::identity::{self, Stored};
use crate::store::kept::DEVICE_AUTH;
use crate::wants::Stop;

/// An identity file that OpenClaw did not write: what widely copied setup scripts make.
pub(super) fn shape(world: &World<'_, '_>, findings: &mut Findings) {
    if world.store != StoreKind::Json {
        return;
    }
    let path = &world.paths.identity;
    let Ok(Some(Stored { repair: Some(repair), .. })) =
        identity::read(&world.inputs.file(path), path, world.inputs.now)
    else {
        return;
    };
    let then = match world.rules.unknown_identity {
        BrokenIdentity::Used => "takes it as it is",
        _ if !discarded(world) => "takes it, a later one may not",
        BrokenIdentity::Replaced => "writes a new key over it in silence",
        BrokenIdentity::Throwaway => "ignores it and makes a throw-away key in each process",
        BrokenIdentity::Stops => "does not start the gateway with it",
    };
    findings.add(
        NoticeCode::IdentityShape,
        path,
        format!(
            "The identity file is not what OpenClaw writes ({}); this version {then}.",
            repair.why.join("; ")
        ),
        SETUP_KEEPS,
    );
}

/// Files that lie where they do harm, or nothing.
pub(super) fn leftovers(world: &World<'_, '_>, disk: &mut Disk, findings: &mut Findings) {
    let (inputs, paths) = (world.inputs, &world.paths);
    let auth = paths.state(DEVICE_AUTH);
    if world.rules.device_auth_blocks && inputs.file(&auth).exists() {
        findings.add(
            NoticeCode::DeviceAuth,
            &auth,
            "While this file is there, clients of this version that present a device, as those of a gateway elsewhere do, refuse to connect.",
            "Run `openclaw doctor --fix`, or move the file out of the state dir.",
        );
    }
    if world.rules.cached_token_first && disk.stale() {
        findings.add(
            NoticeCode::DeviceAuth,
            &auth,
            "Clients of this version present the token in this file first, and the gateway does not know it: the first call fails, and the command line then removes the file.",
            "Move the file out of the state dir.",
        );
    }
    if world.store != StoreKind::Sqlite || world.unclear.is_some() {
        return;
    }
    // All that it looks at was read by `files` and `rows`.
    match legacy_identity(world, false) {
        Ok(Some(error)) => {
            let Some(path) = error.place.as_ref().map(|place| place.path.clone()) else { return };
            match inputs.file(&path).bytes(&path) {
                Ok(_) => {
                    disk.faults.push(Fault::File(path));
                    findings.refused(error);
                }
                // Whatever is there, or on the way there, is no file that could be moved away.
                Err(error) => {
                    let error = inputs.failures.get(&path).cloned().unwrap_or(error);
                    disk.unreadable(error.clone().into());
                    findings.refused(error);
                }
            }
        }
        // A database that `openclaw config set` alone made: the first start imports the files.
        Ok(None) if matches!(primary_key(world), Ok(None)) => {}
        Ok(None) => {
            let files = [paths.state("identity/device.json"), paths.paired(), paths.pending()];
            let Some(first) = files.iter().find(|path| inputs.file(path).exists()) else { return };
            let then = match world.rules.import {
                Import::PairedAlways => {
                    "this version imports paired.json at each start and ignores the rest"
                }
                _ => "this version ignores it",
            };
            findings.add(NoticeCode::LegacyFiles, first, format!("A file of the older store lies beside the database: {then}."), "Move identity/device.json and devices/*.json out of the state dir; the database is what counts.");
        }
        Err(Stop::Refused(_) | Stop::Missing(_)) => {}
    }
}
