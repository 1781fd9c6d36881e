//! The Node-API addon: entropy, buffers and callbacks around the driver and the core, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{FnArgs, Function, Uint8Array};
use napi_derive::napi;
use prepair_core::bridge;
use prepair_core::codes::ErrorCode;
use prepair_core::error::Error;
use prepair_host::{Asking, drive as driven};
use prepair_host_unix::{Files, Unix, apply_files_json, read_files_json};

/// JSON, and the binary parts that it refers to by index.
#[napi(object)]
pub struct Reply {
    /// `{"error": …}`, or what the function gives.
    pub json: String,
    /// Contents of files.
    pub blobs: Vec<Uint8Array>,
}

impl Reply {
    fn new(json: String, blobs: Vec<Vec<u8>>) -> Self {
        Self { json, blobs: blobs.into_iter().map(Uint8Array::from).collect() }
    }
}

/// A whole call, from options to report: see `prepair_host::drive`. `ask` is asked for what JavaScript alone can do, by a word and a
/// JSON text, and answers with another text.
#[napi]
pub fn drive(
    request: String,
    blobs: Vec<Uint8Array>,
    ask: Function<FnArgs<(String, String)>, String>,
) -> Reply {
    guarded(|| {
        // It catches what is thrown in there; an error here is one of Node-API itself.
        let mut caller = Asking(|what: &str, text: &str| {
            ask.call((what.to_owned(), text.to_owned()).into())
                .map_err(|_| Error::new(ErrorCode::Internal, "This is a bug in openclaw-prepair."))
        });
        let reply = driven(&Files(&Unix), &mut caller, &request, &slices(&blobs), random()?);
        Ok(Reply::new(reply.json, reply.blobs))
    })
}

/// The pure core: see `prepair_core::bridge::call`.
#[napi]
pub fn call(request: String, blobs: Vec<Uint8Array>) -> Reply {
    guarded(|| {
        let reply = bridge::call(&request, &slices(&blobs), random()?);
        Ok(Reply::new(reply.json, reply.blobs))
    })
}

/// Reads files: see `prepair_host_unix::read_files_json`.
#[napi]
pub fn read_files(request: String) -> Reply {
    guarded(|| {
        let reply = read_files_json(&Unix, &request);
        Ok(Reply::new(reply.json, reply.blobs))
    })
}

/// Writes files: see `prepair_host_unix::apply_files_json`.
#[napi]
pub fn apply_files(request: String, blobs: Vec<Uint8Array>) -> Reply {
    guarded(|| {
        let reply = apply_files_json(&Unix, &request, &slices(&blobs), random()?);
        Ok(Reply::new(reply.json, reply.blobs))
    })
}

fn slices(blobs: &[Uint8Array]) -> Vec<&[u8]> {
    blobs.iter().map(|blob| &**blob).collect()
}

fn random<const N: usize>() -> Result<[u8; N], &'static str> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(
        |_| r#"{"error":{"code":"ERR_PREPAIR_ENTROPY","message":"The system gave no entropy."}}"#,
    )?;
    Ok(bytes)
}

/// No panic reaches JavaScript: it becomes an error reply.
fn guarded(body: impl FnOnce() -> Result<Reply, &'static str>) -> Reply {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(reply)) => reply,
        Ok(Err(json)) => Reply::new(json.to_string(), Vec::new()),
        Err(_) => Reply::new(
            r#"{"error":{"code":"ERR_PREPAIR_INTERNAL","message":"This is a bug in openclaw-prepair.","hint":"Please report it with what you called."}}"#
                .to_string(),
            Vec::new(),
        ),
    }
}
