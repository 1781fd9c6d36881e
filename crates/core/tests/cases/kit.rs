//! A state dir in memory, asked through the bridge as a driver asks.

use prepair_core::base::keys::KeyPair;
use prepair_core::bridge;
use serde_json::{Map, Value, json};

/// 2026-05-28T20:26:40Z.
pub(crate) const NOW: i64 = 1_780_000_000_000;

/// The key of every state dir here.
pub(crate) fn keys() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

/// One call of the bridge.
pub(crate) fn call(request: &Value, blobs: &[&[u8]]) -> (Value, Vec<Vec<u8>>) {
    let reply = bridge::call(&request.to_string(), blobs, core::array::from_fn(|at| at as u8 + 1));
    (serde_json::from_str(&reply.json).unwrap(), reply.blobs)
}

/// A call without binary parts.
pub(crate) fn ask(request: Value) -> Value {
    call(&request, &[]).0
}

/// The code of a refusal without its prefix, empty where there is none.
pub(crate) fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().map_or("", |code| code.strip_prefix("ERR_PREPAIR_").unwrap())
}

/// What a driver has read.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    /// Files by their paths; all others are absent.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Paths that are symbolic links, or lie behind one.
    pub(crate) links: Vec<String>,
    /// Rows by the ids of queries; all others are empty, or there is no database where there are none at all.
    pub(crate) rows: Map<String, Value>,
    /// Modes by their paths, where the driver can tell.
    pub(crate) stats: Option<Map<String, Value>>,
    /// Other inputs.
    pub(crate) inputs: Map<String, Value>,
    /// The entropy; the driver's own where it is empty.
    pub(crate) entropy: Vec<u8>,
    /// Options of every call.
    pub(crate) options: Map<String, Value>,
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => panic!("no object: {value}"),
    }
}

impl Disk {
    /// An empty state dir `/s` of one version.
    pub(crate) fn new(version: &str) -> Self {
        let options =
            json!({ "stateDir": "/s", "gatewayVersion": version, "env": { "HOME": "/h" } });
        Self { options: map(options), inputs: map(json!({ "now": NOW })), ..Self::default() }
    }

    /// The same with a file.
    pub(crate) fn file(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.files.retain(|(known, _)| known != path);
        self.files.push((path.to_owned(), text.as_ref().to_vec()));
        self
    }

    /// The same with a config.
    pub(crate) fn config(self, text: impl AsRef<[u8]>) -> Self {
        self.file("/s/openclaw.json", text)
    }

    /// The same with another input.
    pub(crate) fn input(mut self, name: &str, value: Value) -> Self {
        self.inputs.insert(name.to_owned(), value);
        self
    }

    /// The same with the two halves of its entropy filled with these bytes: of a new key and of a new token.
    pub(crate) fn entropy(mut self, seed: u8, token: u8) -> Self {
        self.entropy = [[seed; 32], [token; 32]].concat();
        self
    }

    /// The same with rows.
    pub(crate) fn rows(mut self, id: &str, rows: Value) -> Self {
        self.rows.insert(id.to_owned(), rows);
        self
    }

    /// One call with all that was asked for so far: `known` paths and queries.
    fn once(
        &self,
        function: &str,
        operation: &str,
        options: &Value,
        known: &Known,
    ) -> (Value, Vec<Vec<u8>>) {
        let files: Map<String, Value> = known
            .files
            .iter()
            .map(|path| {
                let at = self.files.iter().position(|(known, _)| known == path);
                let there = || {
                    if self.links.contains(path) {
                        json!({ "kind": "symlink" })
                    } else {
                        Value::Null
                    }
                };
                (path.clone(), at.map_or_else(there, |at| json!({ "blob": at })))
            })
            .collect();
        let rows: Map<String, Value> = known
            .queries
            .iter()
            .map(|id| {
                let none = if self.rows.is_empty() { Value::Null } else { json!([]) };
                (id.clone(), self.rows.get(id).cloned().unwrap_or(none))
            })
            .collect();
        let mut inputs = self.inputs.clone();
        inputs.insert("files".into(), files.into());
        inputs.insert("rows".into(), rows.into());
        if let Some(stats) = &self.stats {
            let of =
                |path: &String| (path.clone(), stats.get(path).cloned().unwrap_or(Value::Null));
            inputs.insert("stats".into(), known.stats.iter().map(of).collect());
        }
        let mut all = self.options.clone();
        all.extend(map(options.clone()));
        let mut blobs: Vec<&[u8]> = self.files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        if !self.entropy.is_empty() {
            inputs.insert("entropy".into(), json!({ "blob": blobs.len() }));
            blobs.push(&self.entropy);
        }
        let request =
            json!({ "fn": function, "operation": operation, "options": all, "inputs": inputs });
        call(&request, &blobs)
    }

    /// Reads until nothing is missing; the answer, with the text of each step in its place.
    pub(crate) fn ask(&self, function: &str, operation: &str, options: Value) -> Value {
        let mut known = Known::default();
        loop {
            let (mut answer, blobs) = self.once(function, operation, &options, &known);
            let Some(missing) = answer.get("missing") else {
                for step in
                    answer.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten()
                {
                    let Some(blob) = step.as_object_mut().unwrap().remove("blob") else { continue };
                    let at = usize::try_from(blob.as_u64().unwrap()).unwrap();
                    step["content"] = String::from_utf8(blobs[at].clone()).unwrap().into();
                }
                return answer;
            };
            assert!(known.learn(missing), "asked again for {missing}");
        }
    }

    /// A plan.
    pub(crate) fn plan(&self, operation: &str, options: Value) -> Value {
        self.ask("plan", operation, options)
    }

    /// What is asked for first of all.
    pub(crate) fn first_missing(&self, operation: &str) -> Value {
        let (answer, _) = self.once("plan", operation, &json!({}), &Known::default());
        answer["missing"].clone()
    }

    /// The paths that are asked for.
    pub(crate) fn wanted(&self, operation: &str, options: Value) -> Vec<String> {
        let mut known = Known::default();
        loop {
            let (answer, _) = self.once("plan", operation, &options, &known);
            let Some(missing) = answer.get("missing") else { return known.files };
            assert!(known.learn(missing), "asked again for {missing}");
        }
    }
}

#[derive(Default)]
struct Known {
    files: Vec<String>,
    queries: Vec<String>,
    stats: Vec<String>,
}

impl Known {
    /// Whether there was anything new.
    fn learn(&mut self, missing: &Value) -> bool {
        let texts = |list: &Value, pick: fn(&Value) -> &Value| -> Vec<String> {
            let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().map(|item| pick(item).as_str().unwrap().to_owned()).collect()
        };
        let before = self.files.len() + self.queries.len() + self.stats.len();
        self.files.extend(texts(&missing["files"], |path| path));
        self.queries.extend(texts(&missing["queries"], |query| &query["id"]));
        self.stats.extend(texts(&missing["stats"], |path| path));
        self.files.len() + self.queries.len() + self.stats.len() > before
    }
}

/// The five operator scopes.
pub(crate) const FIVE: [&str; 5] =
    ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"];

/// The record that opens every version (OPENCLAW §2), with changes; null takes a field out.
pub(crate) fn record(changes: Value) -> Value {
    let mut record = json!({
        "deviceId": keys().device_id(), "publicKey": keys().public_key(), "role": "operator", "roles": ["operator"],
        "scopes": FIVE, "approvedScopes": FIVE, "createdAtMs": NOW, "approvedAtMs": NOW,
        "tokens": { "operator": { "token": "t", "role": "operator", "scopes": FIVE, "createdAtMs": NOW } },
    });
    for (field, value) in changes.as_object().unwrap() {
        if value.is_null() {
            record.as_object_mut().unwrap().shift_remove(field)
        } else {
            record.as_object_mut().unwrap().insert(field.clone(), value.clone())
        };
    }
    record
}

/// That record in `devices/paired.json`.
pub(crate) fn store(record: Value) -> String {
    json!({ keys().device_id(): record }).to_string()
}

/// A config that a gateway starts with, with changes of `gateway`.
pub(crate) fn gateway(changes: Value) -> String {
    let mut gateway =
        json!({ "mode": "local", "auth": { "mode": "token", "token": "gateway-secret" } });
    gateway.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    json!({ "gateway": gateway }).to_string()
}

/// The same state in a database.
pub(crate) fn database(version: &str) -> Disk {
    let columns = [
        (
            "device_identities",
            "identity_key device_id public_key_pem private_key_pem created_at_ms updated_at_ms",
        ),
        (
            "device_pairing_paired",
            "device_id public_key display_name client_id client_mode role roles_json scopes_json approved_scopes_json tokens_json approved_via created_at_ms approved_at_ms",
        ),
        ("device_pairing_pending", "request_id device_id silent ts"),
    ];
    let columns: Vec<Value> = columns
        .iter()
        .flat_map(|(table, columns)| {
            columns.split(' ').map(move |column| json!({ "tbl": table, "col": column }))
        })
        .collect();
    let (id, record) = (keys().device_id(), record(json!({})));
    Disk::new(version)
        .config(gateway(json!({})))
        .rows("columns", columns.into())
        .rows("userVersion", json!([{ "user_version": 15 }]))
        .rows("primary", json!([{ "device_id": id, "public_key_pem": keys().public_pem() }]))
        .rows(&format!("paired:{id}"), json!([{
            "device_id": id, "public_key": keys().public_key(), "role": "operator", "roles_json": record["roles"].to_string(),
            "scopes_json": record["scopes"].to_string(), "approved_scopes_json": record["approvedScopes"].to_string(),
            "tokens_json": record["tokens"].to_string(), "created_at_ms": NOW, "approved_at_ms": NOW,
        }]))
}
