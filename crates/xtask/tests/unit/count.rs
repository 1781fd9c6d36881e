use super::Count;

#[test]
fn counts_libtest() {
    let mut count = Count::default();
    count.rust("test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out");
    count.rust("test tests::passed; ... ok");
    assert_eq!((count.passed, count.failed), (12, 3));
}

#[test]
fn counts_tap() {
    let mut count = Count::default();
    "# tests 9\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 2\n# todo 0\n# duration_ms 3.5"
        .lines()
        .for_each(|line| count.tap(line));
    assert_eq!((count.passed, count.failed), (5, 4));
}
