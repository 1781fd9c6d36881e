//! Keys, their spellings, and the file that holds one.

use prepair_core::base::keys::{KeyPair, parse_public_key, sha256_hex};
use prepair_core::inputs::File;
use prepair_core::store::identity::read;
use serde_json::{Value, json};

use crate::kit::{NOW, keys};

/// RFC 8410, 10.3: a private key and its public key.
const RFC_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const RFC_PUBLIC: &str = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

fn pem(label: &str, body: &str) -> String {
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// Standard base64, by hand so that it does not stand on what is tested.
fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let value = |six: &[u8]| {
        (0..6).fold(0, |value, at| value * 2 + usize::from(*six.get(at).unwrap_or(&0)))
    };
    let mut out: String = bits.chunks(6).map(|six| letters[value(six)]).collect();
    out.push_str(["", "==", "="][bytes.len() % 3]);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn hashes_and_keys_are_those_of_the_standards() {
    // FIPS 180-4, the example "abc"
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let pair = KeyPair::from_pem(&pem("PRIVATE KEY", RFC_PRIVATE)).unwrap();
    assert_eq!(pair.private_pem().as_str(), pem("PRIVATE KEY", RFC_PRIVATE));
    assert_eq!(pair.public_pem(), pem("PUBLIC KEY", RFC_PUBLIC));
    assert_eq!(parse_public_key(&pair.public_pem()), Some(pair.public()));
    assert_eq!(pair.device_id(), sha256_hex(&pair.public()));
}

#[test]
fn a_public_key_is_that_of_its_seed_whoever_was_asked_for_before() {
    let order = [1, 2, 2, 1, 3, 1, 1, 255, 2, 255];
    let publics = order.map(|byte| KeyPair::from_seed(&[byte; 32]).public());
    for (byte, public) in order.into_iter().zip(publics) {
        let alone = ed25519_dalek::SigningKey::from_bytes(&[byte; 32]).verifying_key().to_bytes();
        assert_eq!(public, alone, "seed of {byte}");
    }
}

#[test]
fn spellings_of_a_private_key() {
    let (seed, public) = ([7; 32], keys().public());
    let v1 = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &seed]
        .concat();
    let v2 = |public: &[u8]| {
        let head = [0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        [&head[..], &seed, &[0x81, 0x21, 0], public].concat()
    };
    let mut other_head = v1.clone();
    other_head[11] = 0x6e; // X25519
    let of = |der: &[u8]| pem("PRIVATE KEY", &base64(der));
    for (text, sound) in [
        (of(&v1), true),
        (of(&v1).replace('\n', "\r\n"), true),
        (format!("\n  {}  ", of(&v1).trim()), true),
        (of(&v2(&public)), true),
        (of(&v2(&[1; 32])), false),
        (of(&v2(&[])), false),
        (of(&[&v1[..], &[0]].concat()), false),
        (of(&[&v1[..], &v2(&public)[48..]].concat()), false),
        (of(&v2(&public)[..48]), false),
        (of(&v1[..47]), false),
        (of(&other_head), false),
        (pem("PUBLIC KEY", &base64(&v1)), false),
        (pem("EC PRIVATE KEY", &base64(&v1)), false),
        (pem("PRIVATE KEY", "?"), false),
        (String::new(), false),
    ] {
        let found = KeyPair::from_pem(&text).map(|pair| pair.public());
        assert_eq!(found, sound.then_some(public), "{text}");
    }
}

#[test]
fn spellings_of_a_public_key() {
    let public = keys().public();
    let standard = base64(&public);
    let url = standard.trim_end_matches('=').replace('+', "-").replace('/', "_");
    for (text, sound) in [
        (url.clone(), true),
        (standard.clone(), true),
        (format!(" {url}\n"), true),
        (keys().public_pem(), true),
        (keys().private_pem().to_string(), false),
        (base64(&public[..31]), false),
        (base64(&[&public[..], &[0]].concat()), false),
        (hex(&public), false),
        (pem("PUBLIC KEY", &standard), false),
        (String::new(), false),
    ] {
        assert_eq!(parse_public_key(&text), sound.then_some(public), "{text}");
    }
}

const PATH: &str = "/s/identity/device.json";

/// The mended file and why, or what it is refused with.
fn mended(text: &str) -> Result<Option<(Value, String)>, String> {
    match read(&File::Bytes(text.as_bytes()), PATH, NOW) {
        Err(error) => {
            assert_eq!(
                (error.code.as_str(), error.place.as_ref().map(|place| &*place.path)),
                ("ERR_PREPAIR_IDENTITY_BROKEN", Some(PATH))
            );
            Err(error.message.clone())
        }
        Ok(stored) => {
            let stored = stored.unwrap();
            assert_eq!(stored.keys.public(), keys().public());
            Ok(stored.repair.map(|repair| {
                (serde_json::from_slice(&repair.content).unwrap(), repair.why.join("; "))
            }))
        }
    }
}

fn file() -> Value {
    serde_json::from_slice(&keys().file(NOW)).unwrap()
}

/// What each hand-written shape lacks is put right, and the key kept (OPENCLAW §3).
#[test]
fn a_file_that_openclaw_would_not_take_is_mended() {
    let with = |changes: Value| {
        let mut file = file();
        for (field, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(file.as_object_mut().unwrap().shift_remove(field)),
                value => file[field] = value.clone(),
            }
        }
        file.to_string()
    };
    let (version, id) = (
        "it had no version, so OpenClaw would have discarded the key",
        "its deviceId was not that of the key",
    );
    let (public, private) =
        ("its public key was not in OpenClaw's form", "its private key was not in OpenClaw's form");
    assert_eq!(mended(&file().to_string()), Ok(None));
    // OpenClaw takes a file without a date, so that alone is no reason to touch one.
    assert_eq!(mended(&with(json!({ "createdAtMs": null }))), Ok(None));
    for (changes, why) in [
        (json!({ "version": null }), vec![version]),
        (json!({ "version": null, "createdAtMs": null }), vec![version]),
        (json!({ "version": null, "createdAtMs": "x" }), vec![version]),
        (json!({ "deviceId": null }), vec![id]),
        (json!({ "deviceId": "x" }), vec![id]),
        (json!({ "publicKeyPem": null }), vec![public]),
        (json!({ "publicKeyPem": keys().public_key() }), vec![public]),
        (json!({ "privateKeyPem": keys().private_pem().trim() }), vec![private]),
        (json!({ "publicKeyPem": null, "publicKey": keys().public_key() }), vec![public]),
    ] {
        let (content, said) = mended(&with(changes.clone())).unwrap().unwrap();
        assert_eq!(said, why.join("; "), "{changes}");
        let mut expected = file();
        if changes.get("publicKey").is_some() {
            expected["publicKey"] = changes["publicKey"].clone();
        }
        assert_eq!(content, expected, "{changes}");
    }
    // A date that was there stays what it was.
    let (content, _) =
        mended(&with(json!({ "version": null, "createdAtMs": 5 }))).unwrap().unwrap();
    assert_eq!(content["createdAtMs"], 5);
}

#[test]
fn raw_keys_of_hand_written_scripts() {
    let (seed, public) = ([7; 32], keys().public());
    let pair = [&seed[..], &public].concat();
    let v1 = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &seed]
        .concat();
    for (private, sound) in [
        (keys().private_pem().to_string(), true),
        (base64(&seed), true),
        (hex(&seed), true),
        (format!(" {} ", hex(&seed)), true),
        (hex(&pair), true),
        (base64(&pair), true),
        (base64(&v1), true),
        (hex(&[&seed[..], &[1; 32]].concat()), false),
        (base64(&[&seed[..], &[1; 32]].concat()), false),
        (base64(&[&[0; 16], &seed[..]].concat()), false),
        (base64(&seed[..31]), false),
        (hex(&seed[..31]), false),
        ("?".into(), false),
    ] {
        let text = json!({ "publicKey": keys().public_key(), "privateKey": private }).to_string();
        let expected = sound.then(file).ok_or("The private key has no known form.".to_owned());
        assert_eq!(mended(&text).map(|repair| repair.unwrap().0), expected, "{private}");
    }
}

#[test]
fn a_file_without_a_usable_key_is_refused() {
    let other = KeyPair::from_seed(&[8; 32]);
    let (public, private) = (keys().public_pem(), keys().private_pem().to_string());
    for (text, message) in [
        (" \n".into(), "The identity file is empty: "),
        ("x".into(), "The identity file is not JSON: "),
        ("[]".into(), "The identity file is JSON, but not an object."),
        ("{}".into(), "The identity file holds no private key."),
        (
            json!({ "version": 2, "privateKeyPem": private }).to_string(),
            "The identity file has a version other than 1.",
        ),
        (
            json!({ "version": "1", "privateKeyPem": private }).to_string(),
            "The identity file has a version other than 1.",
        ),
        (
            json!({ "version": 1, "privateKeyPem": public }).to_string(),
            "The private key is no Ed25519 key in PKCS#8 PEM.",
        ),
        (
            json!({ "privateKeyPem": private, "publicKeyPem": other.public_pem() }).to_string(),
            "The public and the private key do not belong together.",
        ),
        (
            json!({ "privateKeyPem": private, "publicKey": other.public_key() }).to_string(),
            "The public and the private key do not belong together.",
        ),
    ] {
        let refused = mended(&text).unwrap_err();
        assert!(refused.starts_with(message), "{text}: {refused}");
    }
    // OpenClaw reads at most 128 KiB from 2026.5.12 on.
    let padded = |bytes: usize| {
        let text = file().to_string();
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    assert_eq!(mended(&padded(131_072)), Ok(None));
    assert_eq!(
        mended(&padded(131_073)).unwrap_err(),
        "The identity file is larger than 128 KiB, so OpenClaw would not read it."
    );
    assert!(read(&File::Absent, PATH, NOW).unwrap().is_none());
}

#[test]
fn a_key_shows_its_device_id_and_nothing_else() {
    assert_eq!(format!("{:?}", keys()), format!("KeyPair({})", keys().device_id()));
    let repair = read(
        &File::Bytes(
            json!({ "privateKeyPem": keys().private_pem().as_str() }).to_string().as_bytes(),
        ),
        PATH,
        NOW,
    );
    let shown = format!("{:?}", repair.unwrap().unwrap());
    assert!(shown.contains("it had no version") && !shown.contains("PRIVATE"), "{shown}");
}
