//! Debug text of what holds keys and tokens shows none of them.

use prepair_core::base::json::json as ours;
use prepair_core::base::json5::{Document, Syntax};
use prepair_core::base::wiped::Wiped;
use prepair_core::codes::ErrorCode;
use prepair_core::context::World;
use prepair_core::error::Error;
use prepair_core::inputs::{File, Inputs};
use prepair_core::options::{self, Operation};
use prepair_core::steps::{FileStep, Sql, Step};
use prepair_core::wants::Stop;
use prepair_core::{entropy, operations};
use serde_json::json;

const SEED: [u8; 32] = *b"a seed that nobody should see!!!";
const TOKEN: &str = "a-token-that-nobody-should-see";

/// Each form in which the bytes could be shown.
fn forms(secret: &[u8]) -> Vec<String> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{:?}", &secret[..8]);
    let list = list.trim_matches(['[', ']']).to_owned();
    vec![String::from_utf8_lossy(secret).into_owned(), hex, list]
}

/// What is shown instead.
#[test]
fn debug_text_tells_what_it_may() {
    let mut inputs = Inputs::default();
    inputs.files.insert("/s/a".into(), File::Bytes(b"secret"));
    inputs.files.insert("/s/b".into(), File::Absent);
    inputs.rows.insert("primary".into(), None);
    let text = format!("{inputs:?}");
    for part in ["/s/a", "Bytes(6)", "/s/b", "Absent", "primary"] {
        assert!(text.contains(part), "{text}");
    }
    let kinds = [File::Dir, File::Symlink, File::Other];
    assert_eq!(format!("{kinds:?}"), "[Dir, Symlink, Other]");
    let document = Document::parse(b"{\"secret\": 1}", Syntax::Json).unwrap();
    let text = format!("{document:?}");
    assert!(text.contains("root") && !text.contains("secret"), "{text}");
    let options = json!({ "env": {}, "trustedProxies": ["10.0.0.7"], "merge": { "gateway": { "auth": { "token": TOKEN } } } });
    let request = options::parse(Operation::PatchConfig, ours(&options), &[], &SEED).unwrap();
    let text = format!("{:?}", request.what);
    assert!(text.contains("10.0.0.7") && !text.contains(TOKEN), "{text}");
    let steps = [
        Step::File(FileStep::Write {
            path: "/s/a".into(),
            content: Wiped::new(b"secret".to_vec()),
            mode: 0o600,
            keep_mode: false,
            splices: Vec::new(),
            expect: None,
        }),
        Step::File(FileStep::Remove { path: "/s/b".into(), expect: String::new() }),
        Step::Sql(Sql { db: "/s/c".into(), statements: Vec::new() }),
    ];
    assert_eq!(
        format!("{steps:?}"),
        "[Write(/s/a, 6 bytes), Remove(/s/b), Sql(/s/c, 0 statements)]"
    );
    let error = Error::new(ErrorCode::Key, "No key.").at("/s/a").hint("Give one.");
    assert_eq!(error.to_string(), "ERR_PREPAIR_KEY: No key.");
}

#[test]
fn no_secret_in_debug_text() {
    let entropy: [u8; 64] = core::array::from_fn(|at| SEED[at % 32]);
    let keys = entropy::new_identity(&entropy).unwrap();
    let pem = keys.private_pem();
    let stored = json!({ "version": 1, "deviceId": keys.device_id(), "publicKeyPem": keys.public_pem(), "privateKeyPem": pem.as_str() });
    let identity = stored.to_string();
    let paired = json!({ keys.device_id(): { "deviceId": keys.device_id(), "publicKey": keys.public_key(), "tokens": { "operator": { "token": TOKEN } } } });
    let paired = paired.to_string();
    let wanted = json!({
        "stateDir": "/s", "env": {}, "gatewayVersion": "2026.2.19", "identity": { "privateKeyPem": pem.as_str() },
        "config": { "merge": { "gateway": { "auth": { "token": TOKEN } } } },
    });
    let request = options::parse(Operation::Setup, ours(&wanted), &[], &SEED).unwrap();
    let mut inputs = Inputs { now: 1_771_000_000_000, ..Inputs::default() };
    let row = ours(&json!({ "private_key_pem": pem.as_str() }));
    inputs.rows.insert("primary".to_owned(), Some(vec![row.as_object().unwrap().clone()]));
    let mut texts = vec![format!("{request:?} {inputs:?} {keys:?}")];
    let plan = loop {
        texts.push(format!("{:?}", World::look(&request.target, Some(&request.what), &inputs)));
        match operations::plan(&request, &inputs, &entropy) {
            Ok(plan) => break plan,
            Err(Stop::Refused(error)) => panic!("{error:?}"),
            Err(Stop::Missing(missing)) => {
                texts.push(format!("{missing:?}"));
                for path in missing.files {
                    let file = match path.as_str() {
                        "/s/identity/device.json" => File::Bytes(identity.as_bytes()),
                        "/s/devices/paired.json" => File::Bytes(paired.as_bytes()),
                        _ => File::Absent,
                    };
                    inputs.files.insert(path, file);
                }
                for query in missing.queries {
                    inputs.rows.insert(query.id, None);
                }
            }
        }
    };
    texts.push(format!("{plan:?} {inputs:?}"));
    assert!(!plan.steps.is_empty(), "there is something to show");
    let body = pem.lines().nth(1).unwrap();
    let mut secrets = vec![body.to_owned(), body[body.len() - 40..].to_owned()];
    secrets.extend(forms(&SEED));
    secrets.extend(forms(TOKEN.as_bytes()));
    secrets.extend(forms(identity.as_bytes()));
    for text in texts {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
    }
}
