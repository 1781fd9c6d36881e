//! Versions, and the shape of the table.

use super::*;
use crate::codes::ErrorCode;

fn v(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn versions_read_and_print() {
    for text in
        ["2026.2.19", "2026.6.33", "2026.2.6-3", "2026.8.1-beta.2", "2026.10.0", "2031.12.99"]
    {
        assert_eq!(v(text).to_string(), text);
        assert_eq!(v(&format!("v{text}")), v(text));
    }
}

#[test]
fn what_is_no_version_is_refused_with_a_hint() {
    for text in [
        "",
        "v",
        "2026",
        "2026.2",
        "2026.2.19.1",
        "2026.02.19",
        "2026.2.19-",
        "2026.2.19-beta",
        "2026.2.19-beta.",
        "2026.2.19-beta.x",
        "2026.2.19-rc.1",
        "2026.2.19+1",
        " 2026.2.19",
        "2026.2.19\n",
        "vv2026.2.19",
        "2026.2.+19",
        "2026.2.-1",
        "2026.2.99999999999",
        "2026.13.1",
        "2026.0.1",
        "latest",
        "2.19",
        "0.0.1",
        "2026.2.19-1-1",
        "２０２６.2.19",
    ] {
        let error = text.parse::<Version>().unwrap_err();
        assert_eq!(error.code, ErrorCode::Version, "{text:?}");
        assert!(error.hint.is_some());
    }
    assert!("x".repeat(1_000_000).parse::<Version>().unwrap_err().message.len() < 100);
}

#[test]
fn versions_sort_by_meaning() {
    let sorted = [
        "2026.1.29",
        "2026.2.2",
        "2026.2.2-3",
        "2026.2.6-3",
        "2026.2.19",
        "2026.2.22",
        "2026.2.22-1",
        "2026.2.23-beta.1",
        "2026.2.23",
        "2026.6.11",
        "2026.6.33",
        "2026.6.35",
        "2026.7.1-beta.1",
        "2026.7.1-beta.6",
        "2026.7.1",
        "2026.7.1-1",
        "2026.7.1-2",
        "2026.7.2-beta.1",
        "2026.7.33",
        "2026.8.1-beta.3",
        "2026.8.1",
        "2026.10.1",
        "2026.12.31",
        "2026.12.31-1",
        "2027.1.1-beta.1",
        "2027.1.1",
        "2027.2.1",
        "2031.1.1",
    ];
    for pair in sorted.windows(2) {
        assert!(v(pair[0]) < v(pair[1]), "{pair:?}");
    }
}

#[test]
fn an_unknown_version_has_the_newest_rules_with_a_doubt() {
    let newest = rules(Some(&NEWEST));
    assert_eq!(newest.1, None);
    assert_eq!(rules(None), (newest.0, Some(Doubt::Unknown)));
    let next = Version { patch: NEWEST.patch + 1, ..NEWEST };
    assert_eq!(rules(Some(&next)), (newest.0, Some(Doubt::UnknownNewer)));
    let oldest = rules(Some(&OLDEST));
    assert_eq!(oldest, (Rules::at(Rules::versions()[0], None), None));
    assert_eq!(rules(Some(&v("2026.1.28"))), (oldest.0, Some(Doubt::UnknownOlder)));
    let beta = Version { suffix: Suffix::Beta(1), ..NEWEST };
    assert_eq!(rules(Some(&beta)).1, None);
    // The year counts first, whatever the month.
    for version in ["2026.12.31", "2027.1.1-beta.1", "2027.1.1", "2031.1.1"] {
        let doubted = (Rules { version: NEWEST, ..newest.0 }, Some(Doubt::UnknownNewer));
        assert_eq!(rules(Some(&v(version))), doubted, "{version}");
    }
}

#[test]
fn maintenance_lines_behave_as_their_month() {
    let at = |t: &str| rules(Some(&v(t))).0;
    assert_eq!(Rules { version: v("2026.6.11"), ..at("2026.6.35") }, at("2026.6.11"));
    assert_eq!(Rules { version: v("2026.7.1"), ..at("2026.7.35") }, at("2026.7.1"));
}

#[test]
fn cells_of_any_year_sort_and_read() {
    let column = ["2026.1.29", "2026.12.31", "2027.1.1", "2027.10.9", "2031.1.255"].map(Since::of);
    assert!(column.is_sorted_by(|a, b| a < b));
    assert_eq!(column.map(|since| since.version().to_string())[3], "2027.10.9");
    let column = column.map(|since| (since, ""));
    for (version, cell) in [
        ("2026.1.1", 0),
        ("2026.12.30", 0),
        ("2026.12.31-1", 1),
        ("2027.1.1-beta.1", 1),
        ("2027.1.1", 2),
        ("2027.9.30", 2),
        ("2030.1.1", 3),
        ("2032.1.1", 4),
    ] {
        assert_eq!(held(&column, v(version)), cell, "{version}");
    }
}

#[test]
fn columns_are_in_order_and_each_cell_differs_from_the_one_before() {
    let cells = Rules::cells();
    for column in cells.chunk_by(|a, b| a.field == b.field) {
        for pair in column.windows(2) {
            assert!(pair[0].since < pair[1].since && pair[0].value != pair[1].value, "{pair:?}");
        }
    }
}

#[test]
fn the_versions_are_those_of_the_cells_and_the_newest() {
    let versions = Rules::versions();
    assert!(versions.is_sorted_by(|a, b| a < b));
    assert_eq!(versions.last(), Some(&NEWEST));
    for cell in Rules::cells() {
        assert!(versions.contains(&cell.since), "{}", cell.since);
    }
}

#[test]
fn a_change_changes_its_cell_only() {
    for change in Rules::changes() {
        let cells = Rules::cells();
        let column: Vec<_> = cells.iter().filter(|c| c.field == change.field).collect();
        let since = column[change.cell].since;
        let changed = format!("{:?}", Rules::at(since, Some(&change)));
        assert_ne!(changed, format!("{:?}", Rules::at(since, None)), "{change:?}");
        if let Some(next) = column.get(change.cell + 1) {
            assert_eq!(Rules::at(next.since, Some(&change)), Rules::at(next.since, None));
        }
    }
}

#[test]
fn a_value_and_its_origin_can_be_cited() {
    let (rules, _) = rules(Some(&v("2026.4.15")));
    assert_eq!(
        rules.origin("locality"),
        Some((v("2026.3.31"), "src/gateway/auth.ts isLocalDirectRequest"))
    );
    assert_eq!(rules.value("locality").as_deref(), Some("Socket"));
    assert_eq!(
        Rules::at(v("2026.1.1"), None).origin("locality").map(|(since, _)| since),
        Some(v("2026.1.29"))
    );
    assert_eq!((rules.origin("none such"), rules.value("none such")), (None, None));
}
