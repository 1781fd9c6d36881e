//! The one function behind every JavaScript binding: a JSON request with binary parts in, a JSON reply with binary
//! parts out. Errors are replies too, so that nothing is ever thrown across the boundary.

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use crate::base::json::{json, object};
use crate::base::json5;
use crate::base::keys::KeyPair;
use crate::codes::ErrorCode;
use crate::diagnose::approach;
use crate::entropy::{self, ENTROPY, new_identity};
use crate::error::{Error, Fields, Place, Result};
use crate::gateway::tree::TREE;
use crate::inputs::{File, Inputs, Installed, PassedOver, Process, Stat};
use crate::operations;
use crate::options::{self, Operation, Request, pair, target};
use crate::parts::{Part, list, malformed, mistyped, present, text};
use crate::plan::identity;
use crate::rules::Rules;
use crate::steps::{Plan, Step};
use crate::wants::Stop;

/// A reply: JSON, and the binary parts that it refers to by index.
pub struct Reply {
    /// `{"error": …}`, or what the function gives.
    pub json: String,
    /// Contents of files to write.
    pub blobs: Vec<Vec<u8>>,
}

/// Answers one request. `entropy` is used where the request brings none, and wiped.
pub fn call(request: &str, blobs: &[&[u8]], mut entropy: [u8; ENTROPY]) -> Reply {
    let mut out = Vec::new();
    let json = match answer(request, blobs, &mut entropy, &mut out) {
        Ok(value) => value,
        Err(error) => {
            out.clear();
            object(&mut [("error", json(&error))])
        }
    };
    entropy.zeroize();
    Reply { json: json5::line(&json), blobs: out }
}

fn answer(
    request: &str,
    blobs: &[&[u8]],
    entropy: &mut [u8; ENTROPY],
    out: &mut Vec<Vec<u8>>,
) -> Result<Value> {
    // No part of the request is quoted: it may hold a secret.
    let request = json5::parse(request).ok_or_else(|| malformed("is no valid JSON"))?;
    let mut call = Part::of(request)?;
    let function = call.text("fn")?.ok_or_else(mistyped)?;
    let stopped = |stop: Stop| match stop {
        Stop::Missing(missing) => Ok(object(&mut [("missing", json(&*missing))])),
        Stop::Refused(error) => Err(error),
    };
    match function.as_str() {
        "plan" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            operations::plan(&request, &inputs, entropy)
                .map_or_else(stopped, |plan| plan_json(plan, out))
        }
        "reads" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            let missing = operations::reads(&request, &inputs);
            let done = missing.is_none();
            let mut reply = json(&missing.unwrap_or_default());
            reply["done"] = done.into();
            Ok(reply)
        }
        "exportIdentity" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            identity::export(&request.target, &inputs)
                .map_or_else(stopped, |keys| Ok(identity_json(&keys)))
        }
        "approach" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            approach::approach(&request, &inputs).map_or_else(stopped, |found| Ok(json(&found)))
        }
        "newIdentity" => {
            let keys = match call.take("options") {
                None => new_identity(entropy)?,
                Some(Value::Object(map)) => pair::derive(map, "", blobs)?,
                _ => {
                    return Err(Error::new(
                        ErrorCode::Options,
                        "newIdentity takes nothing, or { secret, label }.",
                    ));
                }
            };
            Ok(identity_json(&keys))
        }
        "sign" => {
            let pem = Zeroizing::new(call.text("privateKeyPem")?.unwrap_or_default());
            let payload = call.text("payload")?.unwrap_or_default();
            let keys = KeyPair::from_pem(&pem).ok_or_else(|| {
                Error::new(ErrorCode::Key, "The private key is no Ed25519 key in PKCS#8 PEM.")
                    .hint("Give the privateKeyPem of an identity as it is.")
            })?;
            Ok(object(&mut [
                ("signature", keys.sign(payload.as_bytes()).into()),
                ("publicKey", keys.public_key().into()),
                ("deviceId", keys.device_id().into()),
            ]))
        }
        // What a page that draws the decision needs beside `diagnose`.
        "map" => {
            let versions: Vec<String> = Rules::versions().iter().map(ToString::to_string).collect();
            let typed = call.text("version")?.and_then(|version| version.parse().ok());
            let at = Rules::segment(typed.as_ref());
            Ok(object(&mut [
                ("versions", versions.into()),
                ("at", at.into()),
                ("tree", json(&TREE)),
            ]))
        }
        // Drawn once for a call that asks several times.
        "entropy" => {
            out.push(entropy.to_vec());
            Ok(object(&mut []))
        }
        "about" => Ok(object(&mut [
            ("version", crate::VERSION.into()),
            ("coreHash", crate::CORE_HASH.into()),
        ])),
        _ => Err(Error::new(ErrorCode::Internal, "There is no such function.")),
    }
}

fn identity_json(keys: &KeyPair) -> Value {
    object(&mut [
        ("deviceId", keys.device_id().into()),
        ("publicKey", keys.public_key().into()),
        ("privateKeyPem", keys.private_pem().as_str().into()),
    ])
}

fn prepared<'a>(
    mut call: Part,
    blobs: &[&'a [u8]],
    entropy: &mut [u8; ENTROPY],
) -> Result<(Request, Inputs<'a>)> {
    let operation = call.text("operation")?.unwrap_or_default();
    let options = call.take("options").unwrap_or_else(|| Value::Object(Map::new()));
    let mut inputs = call.part("inputs")?.unwrap_or(Part(Map::new()));
    let given = inputs.part("entropy")?.map(|mut file| file.whole("blob")).transpose()?.flatten();
    let now = inputs.take("now").map(|now| now.as_f64().ok_or_else(mistyped)).transpose()?;
    let inputs = read(inputs, blobs)?;
    if let Some(index) = given {
        *entropy = entropy::entropy(blob(blobs, index)?)?;
    }
    let now = options.get("now").and_then(Value::as_f64).or(now).unwrap_or_default();
    let request =
        options::parse(Operation::parse(&operation)?, options, blobs, entropy::seed(entropy))?;
    Ok((request, Inputs { now: target::now(now)?, ..inputs }))
}

/// What a driver read.
fn read<'a>(mut raw: Part, blobs: &[&'a [u8]]) -> Result<Inputs<'a>> {
    Ok(Inputs {
        files: raw.each("files", |value| file(value, blobs))?.unwrap_or_default(),
        rows: raw
            .each("rows", |value| present(value, |rows| list(rows, |row| Ok(Part::of(row)?.0))))?
            .unwrap_or_default(),
        now: 0,
        home: raw.text("home")?,
        cwd: raw.text("cwd")?,
        installed: raw.part("installed")?.map(installed).transpose()?,
        passed_over: raw
            .take("passedOver")
            .map_or(Ok(Vec::new()), |found| list(found, passed_over))?,
        stats: raw.each("stats", |value| present(value, stat))?,
        process: raw.part("process")?.map(process).transpose()?,
        gateway: raw.whole("gateway")?,
        failures: raw.each("failures", failure)?.unwrap_or_default(),
    })
}

fn file<'a>(value: Value, blobs: &[&'a [u8]]) -> Result<File<'a>> {
    let Some(mut file) = present(value, Part::of)? else { return Ok(File::Absent) };
    let kind = file.text("kind")?;
    Ok(match (file.whole("blob")?, kind.as_deref()) {
        (Some(index), _) => File::Bytes(blob(blobs, index)?),
        (None, Some("dir")) => File::Dir,
        (None, Some("symlink")) => File::Symlink,
        _ => File::Other,
    })
}

fn blob<'a>(blobs: &[&'a [u8]], index: usize) -> Result<&'a [u8]> {
    blobs.get(index).copied().ok_or_else(|| {
        Error::new(ErrorCode::Internal, "The request refers to a binary part that is not there.")
    })
}

fn installed(mut part: Part) -> Result<Installed> {
    Ok(Installed {
        version: part.text("version")?.ok_or_else(mistyped)?,
        state_schema: part.whole("stateSchema")?,
    })
}

fn passed_over(value: Value) -> Result<PassedOver> {
    let mut part = Part::of(value)?;
    Ok(PassedOver {
        path: part.text("path")?.ok_or_else(mistyped)?,
        at: part.text("at")?.ok_or_else(mistyped)?,
        uid: part.whole("uid")?,
    })
}

fn stat(value: Value) -> Result<Stat> {
    let mut part = Part::of(value)?;
    Ok(Stat {
        mode: part.whole("mode")?.ok_or_else(mistyped)?,
        uid: part.whole("uid")?.ok_or_else(mistyped)?,
        nlink: part.whole("nlink")?.ok_or_else(mistyped)?,
        backups: part.take("backups").map_or(Ok(Vec::new()), |names| list(names, text))?,
        real: part.text("real")?,
    })
}

fn process(mut part: Part) -> Result<Process> {
    Ok(Process {
        uid: part.whole("uid")?.ok_or_else(mistyped)?,
        node: part.text("node")?.ok_or_else(mistyped)?,
        platform: part.text("platform")?.ok_or_else(mistyped)?,
    })
}

fn failure(value: Value) -> Result<Error> {
    let mut part = Part::of(value)?;
    Ok(Error::from(Fields {
        code: ErrorCode::of_failure(&part.text("code")?.ok_or_else(mistyped)?),
        message: part.text("message")?.ok_or_else(mistyped)?,
        place: match part.text("path")? {
            Some(path) => {
                Some(Place { path, line: part.whole("line")?, column: part.whole("column")? })
            }
            None => None,
        },
        hint: part.text("hint")?,
    }))
}

fn plan_json(plan: Plan, out: &mut Vec<Vec<u8>>) -> Result<Value> {
    let mut put = |mut content: Zeroizing<Vec<u8>>| {
        out.push(core::mem::take(&mut *content));
        Ok(out.len() - 1)
    };
    let step = |step| match step {
        Step::File(step) => step.with(&mut put).map(|step| json(&step)),
        Step::Sql(sql) => Ok(object(&mut [
            ("kind", "sql".into()),
            ("db", sql.db.into()),
            ("statements", json(&sql.statements)),
        ])),
    };
    let steps: Vec<Value> = plan.steps.into_iter().map(step).collect::<Result<_>>()?;
    Ok(object(&mut [
        ("steps", steps.into()),
        ("report", json(&plan.report)),
        ("bases", plan.bases.into()),
    ]))
}
