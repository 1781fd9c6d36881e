//! Requests and replies as they cross a binding.

use prepair_host_unix::{apply_files_json, read_files_json};

use crate::doubles::Memory;

#[test]
fn requests_and_replies() {
    let memory = Memory::new();
    memory.put("/s/a", b"A", 0o600);
    memory.put_link("/s/l", "a");
    memory.put_fifo("/s/f");
    let read = read_files_json(
        &memory,
        r#"{"bases":["/s"],"files":["/s/a","/s/f","/s/l","/s/d","/s","/x"]}"#,
    );
    let expected = r#"{"files":{"/s/a":{"blob":0},"/s/f":{"kind":"other"},"/s/l":{"kind":"symlink"},"/s/d":null,"/s":{"kind":"dir"},"/x":null},"leftovers":false}"#;
    assert_eq!((read.json.as_str(), read.blobs), (expected, vec![b"A".to_vec()]));

    let request = r#"{"bases":["/s"],"owner":null,"steps":[{"kind":"write","path":"/s/b","blob":1,"mode":384,"expect":null},
        {"kind":"write","path":"/s/a","blob":0,"mode":384,"keepMode":true,"expect":"559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"}]}"#;
    let applied = apply_files_json(&memory, request, &[b"new", b""], [1; 12]);
    let expected = r#"{"changes":[{"path":"/s/b","action":"created","bytes":0},{"path":"/s/a","action":"replaced","bytes":3}]}"#;
    assert_eq!(applied.json, expected);
}

#[test]
fn a_bad_request_is_refused_and_not_quoted() {
    let memory = Memory::new();
    let missing = r#"{"bases":["/s"],"steps":[{"kind":"write","path":"/s/b","blob":1,"mode":384,"expect":null}]}"#;
    for request in
        [missing, "{", r#"{"bases":["/s"],"steps":["sesame"]}"#, r#"{"steps":[{"kind":"sesame"}]}"#]
    {
        let reply = apply_files_json(&memory, request, &[b"sesame"], [1; 12]);
        assert!(
            reply.json.starts_with(r#"{"error":{"code":"ERR_PREPAIR_INTERNAL""#),
            "{}",
            reply.json
        );
        assert!(!reply.json.contains("sesame"));
    }
    assert!(memory.paths().is_empty());
}
