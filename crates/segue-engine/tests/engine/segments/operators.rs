//! Every operator on every kind that takes it, at a boundary and on empty values, with hand-written answers.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use segue_model::segment::{Condition, Kind, Operand};

use super::setting::Setting;
use super::tables::{Type, write_columns};

/// `d` holds texts and lists of length zero, `e` holds nothing at all.
const PROFILES: &str = r#"
{"id": "a", "name": "Ann", "whole": 10, "cents": 10.50, "double": 0.5, "born": "1980-02-29", "seen": "2026-03-15T00:00:00", "joined": "2026-03-14T23:00:00Z", "vip": true, "tags": ["gold", "beta"], "wakes": "07:00:00"}
{"id": "b", "name": "ann ", "whole": 0, "cents": 0.00, "double": -0.0, "born": "1990-03-15", "seen": "2026-03-14T23:59:59.999999", "joined": "2026-03-14T22:59:59.999999Z", "vip": false, "tags": ["gold"], "wakes": "00:00:00"}
{"id": "c", "name": "ÄNN%_\\", "whole": -10, "cents": -0.01, "double": 0.0, "born": "2026-03-16", "seen": "2026-03-16T00:00:00", "joined": "2026-03-15T23:00:00Z", "vip": true, "tags": ["Gold"], "wakes": "12:00:00"}
{"id": "d", "name": "", "tags": []}
{"id": "e"}
"#;

/// Conditions and who meets them.
type Answers = &'static [(&'static str, &'static str)];

/// Columns, and what is asked of each of them. It is noon of Sunday, 15 March 2026, in Berlin.
const CASES: &[(&[&str], Answers)] = &[
    (
        &["name"],
        &[
            ("is: Ann", "a"),
            ("is: ANN, ignore_case: true", "a"),
            ("is_not: Ann", "b c d e"),
            ("one_of: [Ann, 'ann ']", "a b"),
            ("none_of: [Ann, 'ann ']", "c d e"),
            ("contains: nn", "a b"),
            (r"contains: '%_\'", "c"),
            ("does_not_contain: nn", "c d e"),
            ("does_not_contain: nn, ignore_case: true", "d e"),
            ("starts_with: ann", "b"),
            ("starts_with: änn%, ignore_case: true", "c"),
            ("ends_with: ' '", "b"),
            (r"ends_with: '_\'", "c"),
            ("matches: '^.{3}$'", "a"),
            ("matches: '^$'", ""),
            ("matches: '.*'", "a b c"),
        ],
    ),
    (
        &["whole"],
        &[
            ("is: 0.0", "b"),
            ("is_not: 0", "a c d e"),
            ("less_than: 0", "c"),
            ("less_than: 0.5", "b c"),
            ("at_most: 0", "b c"),
            ("more_than: 0", "a"),
            ("at_least: 0", "a b"),
            ("at_least: -9.5", "a b"),
            ("between: [-10, 0]", "b c"),
            ("one_of: [10, -10]", "a c"),
            ("none_of: [10, -10]", "b d e"),
        ],
    ),
    (
        &["cents"],
        &[
            ("is: 10.5", "a"),
            ("is_not: -0.01", "a b d e"),
            ("less_than: 0", "c"),
            ("at_most: -0.01", "c"),
            ("more_than: -0.01", "a b"),
            ("at_least: 10.5", "a"),
            ("at_least: 10.501", ""),
            ("between: [-0.01, 0]", "b c"),
            ("one_of: [0, 10.501]", "b"),
            ("none_of: [0]", "a c d e"),
        ],
    ),
    (
        &["double"],
        &[
            ("is: 0", "b c"),
            ("is_not: 0", "a d e"),
            ("less_than: 0", ""),
            ("at_most: 0", "b c"),
            ("more_than: 0", "a"),
            ("at_least: 0", "a b c"),
            ("between: [0, 0.5]", "a b c"),
            ("one_of: [0]", "b c"),
            ("none_of: [0]", "a d e"),
        ],
    ),
    (
        &["born"],
        &[
            ("on: 2026-03-16", "c"),
            ("before: 1980-02-29", ""),
            ("before: 1990-03-15", "a"),
            ("after: 2026-03-15", "c"),
            ("after: 2026-03-16", ""),
            ("between: [1980-02-29, 1990-03-15]", "a b"),
            ("in_last: 36 years", ""),
            ("in_last: 37 years", "b"),
            ("not_in_last: 37 years", "a c d e"),
            ("in_next: 1 day", ""),
            ("in_next: 2 days", "c"),
            ("to_date: year", ""),
            ("month_of: 2", "a"),
            ("month_of: [3, 12]", "b c"),
            ("day_of: today", "b"),
            ("day_of: 02-29", "a"),
        ],
    ),
    (
        &["seen", "joined"],
        &[
            ("on: 2026-03-15", "a"),
            ("on: 2026-03-14T23:59:59.999999", "b"),
            ("before: 2026-03-15", "b"),
            ("before: 2026-03-14T23:00:00Z", "b"),
            ("after: 2026-03-15", "c"),
            ("after: 2026-03-14T23:59:59.999999", "a c"),
            ("between: [2026-03-14, 2026-03-15]", "a b"),
            ("between: [2026-03-15T00:00, 2026-03-16T00:00]", "a c"),
            ("in_last: 1 day", "a"),
            ("in_last: 99999 years", "a b"),
            ("not_in_last: 1 day", "b c d e"),
            ("in_next: 1 day", "a"),
            ("in_next: 2 days", "a c"),
            ("in_next: 99999 years", "a c"),
            ("to_date: week", "a b"),
            ("month_of: 3", "a b c"),
            ("month_of: [2, 4]", ""),
            ("day_of: today", "a"),
            ("day_of: 03-14", "b"),
        ],
    ),
    (
        &["vip"],
        &[("is: true", "a c"), ("is: false", "b"), ("is_not: true", "b d e"), ("is_not: false", "a c d e")],
    ),
    (
        &["tags"],
        &[
            ("contains_any: [beta, Gold]", "a c"),
            ("contains_all: [gold, beta]", "a"),
            ("contains_none: [gold]", "c d e"),
        ],
    ),
    (
        &["name", "whole", "cents", "double", "born", "seen", "joined", "vip", "tags", "wakes"],
        &[("is_empty: true", "d e"), ("is_empty: false", "a b c")],
    ),
];

fn add(
    setting: &mut Setting,
    name: &str,
    columns: &[(&str, DataType)],
    lines: &str,
    key: Option<&str>,
    relate: &[(&str, &str, &str)],
) {
    let path = setting.folder.path().join(format!("{name}.parquet"));
    write_columns(columns, lines, &path);
    setting.add(name, &path, key, relate);
}

fn moments() -> DataType {
    Type::Moment.stored()
}

fn setting() -> Setting {
    let mut setting = Setting::new("2026-03-15T11:00:00Z");
    let columns = [
        ("id", Type::Text.stored()),
        ("name", Type::Text.stored()),
        ("whole", Type::Whole.stored()),
        ("cents", Type::Cents.stored()),
        ("double", Type::Double.stored()),
        ("born", Type::Date.stored()),
        ("seen", Type::Time.stored()),
        ("joined", moments()),
        ("vip", Type::Flag.stored()),
        ("tags", Type::List.stored()),
        ("wakes", DataType::Time64(TimeUnit::Microsecond)),
    ];
    add(&mut setting, "profiles", &columns, PROFILES, Some("id"), &[]);
    setting
}

fn in_zone(zone: &str, condition: &str) -> String {
    format!("version: 1\ntime_zone: {zone}\nrules:\n  - all: [{condition}]\n")
}

#[test]
fn every_operator_says_who_is_meant_on_every_kind() {
    let setting = setting();
    let mut missing: BTreeSet<String> = Kind::ALL
        .iter()
        .flat_map(|(kind, word)| {
            kind.operators().iter().map(move |operator| format!("{word}: {}", operator.word()))
        })
        .collect();
    for (columns, cases) in CASES {
        for (column, (test, expected)) in
            columns.iter().flat_map(|column| cases.iter().map(move |case| (column, case)))
        {
            let definition =
                setting.read(&in_zone("Europe/Berlin", &format!("{{column: {column}, {test}}}")));
            let Condition::Column(asked) = &definition.rules[0].group.conditions[0] else { panic!("{test}") };
            let (operator, operand) = (asked.test.operator, asked.test.operand.clone());
            let kind = setting.tables[0].table.column(column).unwrap().kind;
            missing.remove(&format!("{}: {}", kind.word(), operator.word()));
            let found = setting.members_of(definition).unwrap().join(" ");
            assert_eq!(&found, expected, "{column}, {test}");
            let holds_for_nothing =
                operator.is_negative() || operand == Operand::Flag(true) && test.starts_with("is_empty");
            assert_eq!(found.ends_with("d e"), holds_for_nothing, "{column}, {test}");
        }
    }
    assert!(missing.is_empty(), "no case asks for {missing:?}");
}

#[test]
fn a_time_is_one_moment_where_clocks_change() {
    let mut setting = Setting::new("2026-03-15T11:00:00Z");
    let lines = r#"
{"id": "a", "at": "2026-03-29T00:59:59.999999Z"}
{"id": "b", "at": "2026-03-29T01:00:00Z"}
{"id": "c", "at": "2026-03-29T01:30:00Z"}
{"id": "d", "at": "2026-10-25T00:59:59.999999Z"}
{"id": "e", "at": "2026-10-25T01:00:00Z"}
{"id": "f", "at": "2026-10-25T01:59:59.999999Z"}
"#;
    add(&mut setting, "profiles", &[("id", DataType::Utf8), ("at", moments())], lines, Some("id"), &[]);
    let table = [
        // Clocks are put forward from 2:00 to 3:00, so 2:30 is 3:00.
        ("on: 2026-03-29T02:30", "b"),
        ("on: 2026-03-29T03:00", "b"),
        ("before: 2026-03-29T02:30", "a"),
        ("after: 2026-03-29T02:30", "c d e f"),
        ("between: [2026-03-29T02:10, 2026-03-29T02:30]", "b"),
        // The earlier of two.
        ("on: 2026-10-25T02:59:59.999999", "d"),
        ("on: 2026-10-25T02:00", ""),
        ("after: 2026-10-25T02:59:59.999999", "e f"),
        ("between: [2026-10-25T00:00, 2026-10-25T02:59:59.999999]", "d"),
        ("on: 2026-10-25", "d e f"),
    ];
    for (test, expected) in table {
        let found = setting.members(&in_zone("Europe/Berlin", &format!("{{column: at, {test}}}")));
        assert_eq!(found.join(" "), expected, "{test}");
    }
}

#[test]
fn who_is_born_on_a_leap_day_has_a_birthday_every_year() {
    let born = "id,born\na,2000-02-28\nb,2000-02-29\nc,2000-03-01\n";
    for (now, expected) in [
        ("2026-02-28T12:00:00Z", "a b"),
        ("2024-02-28T12:00:00Z", "a"),
        ("2024-02-29T12:00:00Z", "b"),
        ("2026-03-01T12:00:00Z", "c"),
    ] {
        let mut setting = Setting::new(now);
        setting.add_csv("profiles", born, Some("id"), &[]);
        assert_eq!(setting.who("{column: born, day_of: today}"), expected, "{now}");
        assert_eq!(setting.who("{column: born, day_of: 02-28}"), "a", "{now}");
    }
}

#[test]
fn times_of_any_precision_are_compared_with_any_day() {
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    for (unit, zone) in units.into_iter().flat_map(|unit| [(unit, None), (unit, Some("UTC".into()))]) {
        let mut setting = Setting::new("2026-03-15T11:00:00Z");
        let lines = "{\"id\": \"a\", \"at\": \"2026-03-15T00:00:00Z\"}\n{\"id\": \"b\"}\n";
        let columns = [("id", DataType::Utf8), ("at", DataType::Timestamp(unit, zone))];
        add(&mut setting, "profiles", &columns, lines, Some("id"), &[]);
        let table = [
            ("on: 2026-03-15", "a"),
            ("before: 9999-12-31", "a"),
            ("after: 0001-01-01", "a"),
            ("after: 9999-12-30", ""),
            ("in_next: 7000 years", "a"),
            ("not_in_last: 2000 years", "b"),
            ("day_of: today", "a"),
        ];
        for (test, expected) in table {
            assert_eq!(setting.who(&format!("{{column: at, {test}}}")), expected, "{unit:?}, {test}");
        }
    }
}

#[test]
fn empty_texts_and_both_zeros_are_no_values_of_their_own_in_related_tables() {
    let mut setting = setting();
    let lines = r#"
{"who": "a", "text": "", "double": 0.0, "day": "2026-01-01"}
{"who": "a", "text": "x", "double": -0.0, "day": "2026-01-01"}
{"who": "b", "text": "", "double": -0.0, "day": "2026-01-01"}
"#;
    let columns = [
        ("who", DataType::Utf8),
        ("text", DataType::Utf8),
        ("double", DataType::Float64),
        ("day", DataType::Date32),
    ];
    add(&mut setting, "rows", &columns, lines, None, &[("who", "profiles", "id")]);
    let table = [
        ("count_distinct: {of: text, is: 1}", "a"),
        ("count_distinct: {of: double, is: 1}", "a b"),
        ("min: {of: text, is: x}", "a"),
        ("min: {of: text, is_empty: true}", "b c d e"),
        ("first: {of: text, by: day, is: x}", "a"),
        ("latest: {of: text, by: double, is: x}", "a"),
        ("first: {of: text, by: double, is: x}", "a"),
        // Ordered by itself.
        ("first: {of: day, by: day, on: 2026-01-01}", "a b"),
        ("latest: {of: double, by: double, is: 0}", "a b"),
    ];
    for (measure, expected) in table {
        assert_eq!(setting.who(&format!("{{related: rows, {measure}}}")), expected, "{measure}");
    }
}

#[test]
fn text_refers_to_a_number_if_it_is_the_same_as_text() {
    let mut setting = Setting::new("2026-03-15T11:00:00Z");
    let profiles = "{\"id\": \"a\", \"number\": 1}\n{\"id\": \"b\", \"number\": 2}\n{\"id\": \"c\"}\n";
    let columns = [("id", DataType::Utf8), ("number", DataType::Int64)];
    add(&mut setting, "profiles", &columns, profiles, Some("id"), &[]);
    let orders = "{\"no\": 7, \"who\": \"1\"}\n{\"no\": 8, \"who\": \"01\"}\n{\"no\": 9, \"who\": \"x\"}\n{\"no\": 10, \"who\": \"\"}\n";
    let columns = [("no", DataType::Int32), ("who", DataType::Utf8)];
    add(&mut setting, "orders", &columns, orders, Some("no"), &[("who", "profiles", "number")]);
    let lines = "{\"order\": \"7\"}\n{\"order\": \"07\"}\n{\"order\": \"seven\"}\n";
    add(&mut setting, "lines", &[("order", DataType::Utf8)], lines, None, &[("order", "orders", "no")]);
    assert_eq!(setting.who("{related: orders, has: any}"), "a");
    assert_eq!(setting.who("{related: orders, count: {is: 1}}"), "a");
    assert_eq!(setting.who("{any: [{related: orders, has: none}, {column: id, is: a}]}"), "a b c");
    assert_eq!(setting.who("{related: lines, count: {is: 1}}"), "a");
}
