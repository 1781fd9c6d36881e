//! The one function behind every JavaScript binding: a JSON request with binary parts in, a JSON reply with binary
//! parts out. Errors are replies too, so that nothing is ever thrown across the boundary.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use zeroize::{Zeroize, Zeroizing};

use crate::connect::TREE;
use crate::diagnose;
use crate::error::{Error, Result};
use crate::identity::KeyPair;
use crate::inputs::{File, Inputs, Installed, Process, Stat, Stop};
use crate::options::{self, Operation, Request};
use crate::plan::{self, ENTROPY, Plan, Step};
use crate::rules::Rules;

/// A reply: JSON, and the binary parts that it refers to by index.
pub struct Reply {
    /// `{"error": …}`, or what the function gives.
    pub json: String,
    /// Contents of files to write.
    pub blobs: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    #[serde(rename = "fn")]
    function: String,
    operation: Option<String>,
    #[serde(default)]
    options: Value,
    #[serde(default)]
    inputs: RawInputs,
    #[serde(default)]
    payload: String,
    #[serde(default)]
    private_key_pem: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawInputs {
    files: BTreeMap<String, Option<RawFile>>,
    rows: BTreeMap<String, Option<Vec<Map<String, Value>>>>,
    now: f64,
    home: Option<String>,
    cwd: Option<String>,
    installed: Option<RawInstalled>,
    entropy: Option<RawFile>,
    stats: Option<BTreeMap<String, Option<Stat>>>,
    process: Option<Process>,
    failures: BTreeMap<String, Error>,
}

#[derive(Deserialize)]
struct RawFile {
    blob: Option<usize>,
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawInstalled {
    version: String,
    state_schema: Option<i64>,
}

/// Answers one request. `entropy` is used where the request brings none, and wiped.
pub fn call(request: &str, blobs: &[&[u8]], mut entropy: [u8; ENTROPY]) -> Reply {
    let mut out = Vec::new();
    let json = match answer(request, blobs, &mut entropy, &mut out) {
        Ok(value) => value,
        Err(error) => {
            out.clear();
            json!({ "error": error })
        }
    };
    entropy.zeroize();
    Reply { json: json.to_string(), blobs: out }
}

fn answer(
    request: &str,
    blobs: &[&[u8]],
    entropy: &mut [u8; ENTROPY],
    out: &mut Vec<Vec<u8>>,
) -> Result<Value> {
    let call: Call = serde_json::from_str(request).map_err(|error| {
        // The message of serde_json may quote the request, which may hold a secret.
        let what = if error.is_data() { "has a part of the wrong type" } else { "is no valid JSON" };
        Error::new("OPTIONS", format!("The request {what}."))
            .hint("Options must be plain JSON values; strings must be valid Unicode, nesting at most 100 deep.")
    })?;
    match call.function.as_str() {
        "plan" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            match plan::plan(&request, &inputs, entropy) {
                Ok(plan) => Ok(plan_json(plan, out)),
                Err(Stop::Missing(missing)) => Ok(json!({ "missing": missing })),
                Err(Stop::Refused(error)) => Err(error),
            }
        }
        "reads" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            Ok(match plan::reads(&request, &inputs) {
                Some(missing) => {
                    json!({ "done": false, "files": missing.files, "queries": missing.queries })
                }
                None => json!({ "done": true, "files": [], "queries": [] }),
            })
        }
        "exportIdentity" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            match plan::export(&request, &inputs) {
                Ok(keys) => Ok(identity_json(&keys)),
                Err(Stop::Missing(missing)) => Ok(json!({ "missing": missing })),
                Err(Stop::Refused(error)) => Err(error),
            }
        }
        "approach" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            match diagnose::approach(&request, &inputs) {
                Ok(approach) => Ok(json!(approach)),
                Err(Stop::Missing(missing)) => Ok(json!({ "missing": missing })),
                Err(Stop::Refused(error)) => Err(error),
            }
        }
        "newIdentity" => {
            let keys = match call.options {
                Value::Null => plan::new_identity(entropy)?,
                Value::Object(map) => options::derive(map, "", blobs)?,
                _ => {
                    return Err(Error::new(
                        "OPTIONS",
                        "newIdentity takes nothing, or { secret, label }.",
                    ));
                }
            };
            Ok(identity_json(&keys))
        }
        "sign" => {
            let pem = Zeroizing::new(call.private_key_pem);
            let keys = KeyPair::from_pem(&pem).ok_or_else(|| {
                Error::new("KEY", "The private key is no Ed25519 key in PKCS#8 PEM.")
            })?;
            Ok(
                json!({ "signature": keys.sign(call.payload.as_bytes()), "publicKey": keys.public_key(), "deviceId": keys.device_id() }),
            )
        }
        // What a page that draws the decision needs beside `diagnose`.
        "map" => Ok(
            json!({ "versions": Rules::versions().iter().map(ToString::to_string).collect::<Vec<_>>(), "tree": TREE }),
        ),
        "about" => Ok(json!({ "version": crate::VERSION, "coreHash": crate::CORE_HASH })),
        _ => Err(Error::new("INTERNAL", "There is no such function.")),
    }
}

fn identity_json(keys: &KeyPair) -> Value {
    json!({ "deviceId": keys.device_id(), "publicKey": keys.public_key(), "privateKeyPem": keys.private_pem().as_str() })
}

fn prepared<'a>(
    call: Call,
    blobs: &[&'a [u8]],
    entropy: &mut [u8; ENTROPY],
) -> Result<(Request, Inputs<'a>)> {
    let blob = |index: usize| {
        blobs.get(index).copied().ok_or_else(|| {
            Error::new("INTERNAL", "The request refers to a binary part that is not there.")
        })
    };
    let raw = call.inputs;
    if let Some(index) = raw.entropy.as_ref().and_then(|entropy| entropy.blob) {
        *entropy = plan::entropy(blob(index)?)?;
    }
    let operation = Operation::parse(call.operation.as_deref().unwrap_or_default())?;
    let options = match call.options {
        Value::Null => Value::Object(Map::new()),
        other => other,
    };
    let now = options.get("now").and_then(Value::as_f64).unwrap_or(raw.now);
    let request = options::parse(operation, options, blobs, plan::seed(entropy))?;
    let now = options::now(now)?;
    let mut files = BTreeMap::new();
    for (path, file) in raw.files {
        let file = match file {
            None => File::Absent,
            Some(RawFile { blob: Some(index), .. }) => File::Bytes(blob(index)?),
            Some(RawFile { kind, .. }) => match kind.as_deref() {
                Some("dir") => File::Dir,
                Some("symlink") => File::Symlink,
                _ => File::Other,
            },
        };
        files.insert(path, file);
    }
    let inputs = Inputs {
        files,
        rows: raw.rows,
        now,
        home: raw.home,
        cwd: raw.cwd,
        installed: raw.installed.map(|installed| Installed {
            version: installed.version,
            state_schema: installed.state_schema,
        }),
        stats: raw.stats,
        process: raw.process,
        failures: raw.failures,
    };
    Ok((request, inputs))
}

fn plan_json(plan: Plan, out: &mut Vec<Vec<u8>>) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .into_iter()
        .map(|step| match step {
            Step::Write { path, mut content, mode, keep_mode, expect } => {
                out.push(core::mem::take(&mut *content));
                let mut step =
                    json!({ "kind": "write", "path": path, "blob": out.len() - 1, "mode": mode, "expect": expect });
                if keep_mode {
                    step["keepMode"] = json!(true);
                }
                step
            }
            Step::Remove { path, expect } => json!({ "kind": "remove", "path": path, "expect": expect }),
            Step::Sql { db, statements } => json!({ "kind": "sql", "db": db, "statements": statements }),
        })
        .collect();
    json!({ "steps": steps, "report": plan.report, "bases": plan.bases })
}
