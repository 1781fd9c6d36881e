//! The same two calls as they cross a binding: JSON beside the contents of files.

use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::options::target::Owner;
use prepair_core::report::Change;
use prepair_core::steps::FileStep;
use prepair_host::{ApplyRequest, Entry};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::apply::apply_files;
use crate::io::Io;
use crate::read::read_files;

/// A reply: JSON that refers to contents by their index. A refusal is `{"error": …}`.
pub struct Reply {
    /// The reply or the refusal.
    pub json: String,
    /// Contents of files.
    pub blobs: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct ReadJson {
    bases: Vec<String>,
    files: Vec<String>,
}

#[derive(Deserialize)]
struct ApplyJson {
    bases: Vec<String>,
    steps: Vec<FileStep<usize>>,
    owner: Option<OwnerJson>,
    #[serde(default)]
    rehearse: bool,
}

#[derive(Deserialize)]
struct OwnerJson {
    uid: u32,
    gid: u32,
}

#[derive(Serialize)]
struct AppliedJson {
    changes: Vec<Change>,
}

/// `{bases, files}` → `{files: {path: {blob} | null | {kind}}, leftovers}`.
pub fn read_files_json<I: Io>(io: &I, request: &str) -> Reply {
    let mut blobs = Vec::new();
    let reply = parse(request).and_then(|ReadJson { bases, files }| {
        let found = read_files(io, &bases, &files)?;
        let mut entries = Map::new();
        for (path, entry) in found.files {
            let entry = match entry {
                Entry::Absent => Value::Null,
                Entry::Dir => json!({ "kind": "dir" }),
                Entry::Symlink => json!({ "kind": "symlink" }),
                Entry::Other => json!({ "kind": "other" }),
                Entry::File(mut content) => {
                    blobs.push(core::mem::take(&mut *content));
                    json!({ "blob": blobs.len() - 1 })
                }
            };
            entries.insert(path, entry);
        }
        Ok(json!({ "files": entries, "leftovers": found.leftovers }).to_string())
    });
    match reply {
        Ok(json) => Reply { json, blobs },
        Err(error) => refusal(&error),
    }
}

/// `{bases, steps, owner?, rehearse?}` → `{changes}`.
pub fn apply_files_json<I: Io>(io: &I, request: &str, blobs: &[&[u8]], random: [u8; 12]) -> Reply {
    let reply = parse(request).and_then(|request: ApplyJson| {
        let ApplyJson { bases, steps, owner, rehearse } = request;
        let bound = |step: FileStep<usize>| step.with(|index| blob_at(blobs, index));
        let steps = steps.into_iter().map(bound).collect::<Result<_>>()?;
        let owner = owner.map(|OwnerJson { uid, gid }| Owner { uid, gid });
        let request = ApplyRequest { bases, steps, owner, rehearse, random };
        apply_files(io, &request, &mut |_, _| Ok(()))
            .map(|changes| json!(AppliedJson { changes }).to_string())
    });
    match reply {
        Ok(json) => Reply { json, blobs: Vec::new() },
        Err(error) => refusal(&error),
    }
}

fn blob_at<'c>(blobs: &[&'c [u8]], index: usize) -> Result<&'c [u8]> {
    blobs.get(index).copied().ok_or_else(|| {
        Error::new(ErrorCode::Internal, format!("a request names blob {index}, which is missing"))
    })
}

fn parse<'r, T: Deserialize<'r>>(request: &'r str) -> Result<T> {
    // serde_json's own text may quote the request.
    serde_json::from_str(request).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("a file request is malformed at {}:{}", error.line(), error.column()),
        )
    })
}

fn refusal(error: &Error) -> Reply {
    Reply { json: json!({ "error": error }).to_string(), blobs: Vec::new() }
}
