//! The one function behind every JavaScript binding: a JSON request with binary parts in, a JSON reply with binary
//! parts out. Errors are replies too, so that nothing is ever thrown across the boundary.

mod driven;

pub use driven::{Answered, Driven, Stands, Told, answered, driven, told};

use core::convert::Infallible;

use crate::base::json::{Map, Value, json, object, strings};
use zeroize::{Zeroize, Zeroizing};

use crate::again;
use crate::base::json5;
use crate::base::keys::KeyPair;
use crate::base::named::Named;
use crate::base::wiped::Wiped;
use crate::codes::ErrorCode;
use crate::entropy::{self, ENTROPY, new_identity};
use crate::error::{Error, Fields, Place, Result};
use crate::foresee::foresee;
use crate::gateway::tree::TREE;
use crate::inputs::{Earlier, File, Inputs, Installed, PassedOver, Process, Stat};
use crate::operations;
use crate::options::connection::Client;
use crate::options::{self, Operation, Request, pair, target};
use crate::parts::{Part, Read, malformed, mistyped, shapes};
use crate::plan::devices;
use crate::question::{Answer, Question, identity_json};
use crate::report::Report;
use crate::rules::Rules;
use crate::steps::{Plan, Step};
use crate::store::rows;
use crate::wants::Stop;

/// A reply: JSON, and the binary parts that it refers to by index.
pub struct Reply {
    /// `{"error": …}`, or what the function gives.
    pub json: String,
    /// Contents of files to write.
    pub blobs: Vec<Vec<u8>>,
}

/// Answers one request: `{ fn, operation, options, inputs }`, in which `{ blob: 0 }` is a content among `blobs`. `entropy` is used
/// where the request brings none, and wiped.
///
/// A refusal is a reply too, `{"error": {code, message, …}}`; nothing panics.
///
/// ```
/// let ask = |request: &str| prepair_core::bridge::call(request, &[], [7; 64]).json;
///
/// let reply = ask(r#"{"fn": "reads", "operation": "clearPending", "options": {"stateDir": "/s", "gatewayVersion": "2026.2.19"}}"#);
/// assert!(reply.contains(r#""files":["/s/devices/pending.json"]"#));
/// assert!(ask("{}").starts_with(r#"{"error":{"code":"ERR_PREPAIR_OPTIONS","#));
/// ```
pub fn call(request: &str, blobs: &[&[u8]], mut entropy: [u8; ENTROPY]) -> Reply {
    let mut out = Vec::new();
    let json = answer(request, blobs, &mut entropy, &mut out).unwrap_or_else(|error| {
        out.clear();
        json5::line(&object(&mut [("error", json(&error))]))
    });
    entropy.zeroize();
    Reply { json, blobs: out }
}

/// A value as it crosses: one line.
pub fn text(value: &Value) -> String {
    json5::line(value)
}

fn answer(
    request: &str,
    blobs: &[&[u8]],
    entropy: &mut [u8; ENTROPY],
    out: &mut Vec<Vec<u8>>,
) -> Result<String> {
    // No part of the request is quoted: it may hold a secret.
    let request = json5::parse(request).ok_or_else(|| malformed("is no valid JSON"))?;
    let mut call = Part::of(request)?;
    let function = call.read::<String>("fn")?;
    if !Question::NAMES.contains(&function.as_str()) {
        return Ok(json5::line(&value(&function, call, blobs, entropy, out)?));
    }
    let operation = call.read::<Option<String>>("operation")?.unwrap_or_default();
    let (options, inputs) = given(call, blobs, blobs, entropy)?;
    let question = Question::parse(&function, &operation, options, blobs, entropy)?;
    match question.answer(&inputs, entropy) {
        Ok(Answer::Plan(plan)) => Ok(plan_text(*plan, out)),
        Ok(Answer::Found(found)) => Ok(json5::line(&found)),
        Err(stop) => Ok(json5::line(&stopped(stop)?)),
    }
}

/// What is still to be read, as a reply.
fn stopped(stop: Stop) -> Result<Value> {
    match stop {
        Stop::Missing(missing) => Ok(object(&mut [("missing", json(&*missing))])),
        Stop::Refused(error) => Err(error),
    }
}

/// What every function but a [`Question`] replies.
fn value(
    function: &str,
    mut call: Part,
    blobs: &[&[u8]],
    entropy: &mut [u8; ENTROPY],
    out: &mut Vec<Vec<u8>>,
) -> Result<Value> {
    match function {
        // For a driver elsewhere, which had to plan more than once.
        "joined" => {
            let mut first = call.read("first")?;
            again::joined(&mut first, call.read("later")?, call.read("attempts")?);
            Ok(first.into())
        }
        "partOf" => {
            let mut report = call.read("report")?;
            again::part_of(&mut report, &call.read::<Vec<String>>("files")?);
            Ok(report.into())
        }
        "reads" => {
            let (request, inputs) = prepared(call, blobs, entropy)?;
            let missing = operations::reads(&request, &inputs);
            let done = missing.is_none();
            let mut reply = json(&missing.unwrap_or_default());
            reply["done"] = done.into();
            Ok(reply)
        }
        // For a driver that reads far away, in as few journeys as can be.
        "foresee" => {
            let fresh = call.read::<Option<bool>>("fresh")?.unwrap_or_default();
            let missing = match call.read::<String>("of")?.as_str() {
                "deviceToken" => {
                    let (options, inputs) = given(call, blobs, blobs, entropy)?;
                    let (target, of) = options::token(options)?;
                    foresee(&inputs, fresh, |inputs| {
                        devices::live_token(&target, &of, inputs).err()
                    })
                }
                _ => {
                    let (request, inputs) = prepared(call, blobs, entropy)?;
                    foresee(&inputs, fresh, |inputs| operations::stopped(&request, inputs))
                }
            }?;
            let mut reply = json(&missing);
            reply["standIn"] = rows::STAND_IN.0.into();
            Ok(reply)
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
            let pem =
                Zeroizing::new(call.read::<Option<String>>("privateKeyPem")?.unwrap_or_default());
            let payload = call.read::<Option<String>>("payload")?.unwrap_or_default();
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
            let typed: Option<String> = call.read("version")?;
            let typed = typed.and_then(|version| version.parse().ok());
            let at = Rules::segment(typed.as_ref());
            Ok(object(&mut [
                ("versions", versions.into()),
                ("at", at.into()),
                ("tree", json(&TREE)),
            ]))
        }
        // Which kind of client each of these devices is.
        "clients" => {
            let devices: Vec<Map> = call.read("devices")?;
            let kind = |device: &Map| {
                let text = |name: &str| device.get(name).and_then(Value::as_str);
                let roles = strings(device.get("roles")).unwrap_or_default();
                Value::from(Client::of_device(text("clientId"), text("clientMode"), &roles).name())
            };
            Ok(devices.iter().map(kind).collect())
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

fn prepared<'a>(
    mut call: Part,
    blobs: &[&'a [u8]],
    entropy: &mut [u8; ENTROPY],
) -> Result<(Request, Inputs<'a>)> {
    let operation = call.read::<Option<String>>("operation")?.unwrap_or_default();
    let (options, inputs) = given(call, blobs, blobs, entropy)?;
    let request =
        options::parse(Operation::parse(&operation)?, options, blobs, entropy::seed(entropy))?;
    Ok((request, inputs))
}

/// The options of a call as they came, and what was read: files among `contents`.
fn given<'a>(
    mut call: Part,
    blobs: &[&[u8]],
    contents: &[&'a [u8]],
    entropy: &mut [u8; ENTROPY],
) -> Result<(Value, Inputs<'a>)> {
    let options = call.take("options").unwrap_or_else(|| Value::Object(Map::new()));
    let mut inputs = call.part("inputs")?.unwrap_or(Part(Map::new()));
    let given = inputs.read::<Option<Standing>>("entropy")?.and_then(|entropy| entropy.blob);
    let now = inputs.take("now").map(|now| now.as_f64().ok_or_else(mistyped)).transpose()?;
    let inputs = read(inputs, contents)?;
    if let Some(index) = given {
        *entropy = entropy::entropy(blob(blobs, index)?)?;
    }
    let now = options.get("now").and_then(Value::as_f64).or(now).unwrap_or_default();
    Ok((options, Inputs { now: target::now(now)?, ..inputs }))
}

/// What a driver read.
fn read<'a>(mut raw: Part, blobs: &[&'a [u8]]) -> Result<Inputs<'a>> {
    let files: Named<Option<Standing>> = raw.read("files")?;
    let files = files.into_iter().map(|(path, found)| Ok((path, file(found, blobs)?)));
    let failures: Named<Failure> = raw.read("failures")?;
    Ok(Inputs {
        files: files.collect::<Result<_>>()?,
        rows: raw.read("rows")?,
        now: 0,
        home: raw.read("home")?,
        cwd: raw.read("cwd")?,
        installed: raw.read("installed")?,
        passed_over: raw.read("passedOver")?,
        stats: raw.read("stats")?,
        process: raw.read("process")?,
        gateway: raw.read("gateway")?,
        earlier: raw.read("earlier")?,
        failures: failures.into_iter().map(|(path, failure)| (path, failure.into())).collect(),
        compact: false,
    })
}

/// What stands at a path, as it crosses.
struct Standing {
    blob: Option<usize>,
    kind: Option<String>,
}

/// Why something could not be read, as it crosses.
struct Failure {
    code: ErrorCode,
    message: String,
    path: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    hint: Option<String>,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let Failure { code, message, path, line, column, hint } = failure;
        let place = path.map(|path| Place { path, line, column });
        Self::from(Fields { code, message, place, hint })
    }
}

shapes! {
    Standing { blob, kind }
    Installed { version, state_schema }
    PassedOver { path, at, uid }
    Stat { mode, uid, nlink, backups, profiles, real }
    Process { uid, node, platform }
    Earlier { device_id, roles, granted, applied }
    Failure { code, message, path, line, column, hint }
}

impl Read for ErrorCode {
    fn read(value: Value) -> Result<Self> {
        String::read(value).map(|code| Self::of_failure(&code))
    }
}

impl From<Option<Standing>> for Stands {
    fn from(found: Option<Standing>) -> Self {
        let Some(Standing { blob, kind }) = found else { return Self::Not };
        match (blob, kind.as_deref()) {
            (Some(index), _) => Self::File(index),
            (None, Some("dir")) => Self::Dir,
            (None, Some("symlink")) => Self::Symlink,
            _ => Self::Other,
        }
    }
}

fn file<'a>(found: Option<Standing>, blobs: &[&'a [u8]]) -> Result<File<'a>> {
    Ok(match found.into() {
        Stands::Not => File::Absent,
        Stands::File(index) => File::Bytes(blob(blobs, index)?),
        Stands::Dir => File::Dir,
        Stands::Symlink => File::Symlink,
        Stands::Other => File::Other,
    })
}

fn blob<'a>(blobs: &[&'a [u8]], index: usize) -> Result<&'a [u8]> {
    blobs.get(index).copied().ok_or_else(|| {
        Error::new(ErrorCode::Internal, "The request refers to a binary part that is not there.")
    })
}

/// A report as it crosses. Of very many devices no tree is made.
fn report_text(report: Report) -> String {
    let Report::DeviceList(mut list) = report else { return json5::line(&json(&report)) };
    let paired = core::mem::take(&mut list.paired);
    let rest = json5::line(&json(&list));
    let (head, tail) = rest.split_once(r#""paired":["#).unwrap_or((&rest, ""));
    let mut out = format!(r#"{head}"paired":["#);
    for (at, device) in paired.into_iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        out.push_str(&json5::line(&json(&device)));
    }
    out + tail
}

fn plan_text(plan: Plan, out: &mut Vec<Vec<u8>>) -> String {
    let mut put = |mut content: Wiped| {
        out.push(core::mem::take(&mut *content));
        Ok::<_, Infallible>(out.len() - 1)
    };
    let step = |step: Step| match step {
        Step::File(step) => {
            step.with(&mut put).map_or_else(|never| match never {}, |step| json(&step))
        }
        Step::Sql(sql) => object(&mut [
            ("kind", "sql".into()),
            ("db", sql.db.into()),
            ("statements", json(&sql.statements)),
        ]),
    };
    let steps: Vec<Value> = plan.steps.into_iter().map(step).collect();
    let report = report_text(plan.report);
    let [steps, bases] = [steps.into(), plan.bases.into()].map(|value| json5::line(&value));
    format!(r#"{{"steps":{steps},"report":{report},"bases":{bases}}}"#)
}
