//! tests/vectors/plan through the bridge.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use prepair_core::base::keys::sha256_hex;
use prepair_core::bridge;
use serde_json::{Map, Value, json};

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// A file as a vector writes it, with its content among the blobs.
fn file(value: &Value, blobs: &mut Vec<Vec<u8>>) -> Value {
    let bytes = match value {
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Object(map) if map.contains_key("hex") => hex(map["hex"].as_str().unwrap()),
        Value::Object(map) if map.contains_key("pieces") => {
            let pieces = map["pieces"].as_array().unwrap().iter();
            let text: String = pieces
                .map(|piece| {
                    let times = usize::try_from(piece[1].as_u64().unwrap()).unwrap();
                    piece[0].as_str().unwrap().repeat(times)
                })
                .collect();
            text.into_bytes()
        }
        other => return other.clone(),
    };
    blobs.push(bytes);
    json!({ "blob": blobs.len() - 1 })
}

/// Options, their bytes among the blobs.
fn options(value: &Value, blobs: &mut Vec<Vec<u8>>) -> Value {
    match value {
        Value::Object(map) if map.contains_key("$hex") => {
            blobs.push(hex(map["$hex"].as_str().unwrap()));
            json!({ "$blob": blobs.len() - 1 })
        }
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), options(value, blobs))).collect()
        }
        Value::Array(items) => items.iter().map(|value| options(value, blobs)).collect(),
        other => other.clone(),
    }
}

/// What `plan` gives, as a vector writes it.
fn plan(vector: &Value, defaults: &Map<String, Value>) -> Value {
    let mut blobs = Vec::new();
    let mut inputs = defaults.clone();
    inputs.extend(vector["inputs"].as_object().unwrap().clone());
    if let Some(Value::Object(files)) = inputs.get("files").cloned() {
        let files = files.iter().map(|(path, value)| (path.clone(), file(value, &mut blobs)));
        inputs.insert("files".into(), files.collect());
    }
    blobs.push(hex(inputs["entropy"].as_str().unwrap()));
    inputs.insert("entropy".into(), json!({ "blob": blobs.len() - 1 }));
    let request = json!({
        "fn": "plan",
        "operation": vector["operation"],
        "options": options(&vector["options"], &mut blobs),
        "inputs": inputs,
    });
    let slices: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let reply = bridge::call(&request.to_string(), &slices, [7; 64]);
    let mut answer: Value = serde_json::from_str(&reply.json).unwrap();
    for step in answer.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(blob) = step.as_object_mut().unwrap().remove("blob") else { continue };
        let content = &reply.blobs[usize::try_from(blob.as_u64().unwrap()).unwrap()];
        step["content"] = match str::from_utf8(content) {
            Ok(text) if content.len() <= 8192 => json!(text),
            _ => json!({ "sha256": sha256_hex(content), "bytes": content.len() }),
        };
    }
    answer
}

#[test]
fn vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/plan");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let got = plan(vector, file["defaults"].as_object().unwrap());
            assert_eq!(got, vector["expect"], "{}: {}", path.display(), vector["name"]);
            count += 1;
        }
    }
    assert!(count >= 200, "{count} vectors");
}
