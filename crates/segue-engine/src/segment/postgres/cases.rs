//! What is asked: every operator of every kind, every function of everything that it computes from, and how conditions
//! and rules are combined. Each case is found by some and not by others.

/// Columns, and what is asked of each of them.
const COLUMNS: &[(&[&str], &[&str])] = &[
    (
        &["name"],
        &[
            "is: Ann O'Neil",
            r"is: 'bob\'''",
            "is: Çelik it''s",
            "is: ANN O'NEIL, ignore_case: true",
            "is: ΟΔΟΣ ſ, ignore_case: true",
            "is_not: D%vid_",
            r"is_not: 'BOB\''', ignore_case: true",
            r"one_of: [D%vid_, 'bob\''']",
            "one_of: [d%VID_, çelik IT''S], ignore_case: true",
            "none_of: [D%vid_, Ann O'Neil]",
            "none_of: [d%vid_], ignore_case: true",
            r#"contains: "'""#,
            r#"contains: "''""#,
            r"contains: '\'",
            "contains: '%'",
            "contains: _",
            r#"contains: "\n""#,
            "contains: οδος, ignore_case: true",
            "does_not_contain: i",
            "does_not_contain: 'ANN ', ignore_case: true",
            "starts_with: Ç",
            "starts_with: D%",
            "starts_with: çeL, ignore_case: true",
            r#"ends_with: "\\'""#,
            "ends_with: _",
            "ends_with: EIL, ignore_case: true",
            "matches: '^[A-D]'",
            "matches: 'n.O'",
            r"matches: '\\'",
            r"matches: '\w{3}'",
            r"matches: '\d|%|\x27s'",
            "matches: ann, ignore_case: true",
            "matches: ^ç, ignore_case: true",
            "is_empty: true",
            "is_empty: false",
        ],
    ),
    (
        &["city"],
        &[
            "is: İzmir, ignore_case: true",
            "is: berlin, ignore_case: true",
            "contains: ß, ignore_case: true",
            "is_not: Berlin",
            r"matches: '^\w{6}$'",
            "is_empty: true",
        ],
    ),
    (
        &["points", "score", "exact", "weight"],
        &[
            "is: 0",
            "is_not: 0",
            "less_than: 1",
            "at_most: 0",
            "more_than: 2.5",
            "at_least: 3",
            "between: [0, 10.5]",
            "one_of: [0, 7, 0.1, 10.5]",
            "none_of: [0, 0.1]",
            "is_empty: true",
            "is_empty: false",
        ],
    ),
    (&["points"], &["is: 9007199254740993", "at_most: 9007199254740992", "at_least: -4.5"]),
    (&["score"], &["is: 10.5", "is_not: 10.50", "one_of: [10.505, 3.14]", "less_than: 10.5000000001"]),
    (&["exact"], &["is: 0.0000000001", "more_than: 1234567890123456789", "between: [0, 0.0000000001]"]),
    (&["weight"], &["is: 0.1", "more_than: 0.3", "at_least: 1e3", "less_than: -1.25"]),
    (
        &["born", "seen", "joined"],
        &[
            "on: 2026-03-29",
            "before: 2026-03-29",
            "after: 2026-03-28",
            "between: [1980-01-01, 2026-03-28]",
            "in_last: 7 days",
            "in_last: 1 year",
            "not_in_last: 1 month",
            "in_next: 1 week",
            "to_date: week",
            "to_date: month",
            "to_date: quarter",
            "to_date: year",
            "month_of: 3",
            "month_of: [12, 1]",
            "day_of: today",
            "is_empty: true",
            "is_empty: false",
        ],
    ),
    (&["born"], &["day_of: 02-29", "day_of: 12-31"]),
    (
        &["seen"],
        &[
            "on: 2026-03-29T00:00",
            "before: 2026-03-28T23:59:59.999999",
            "after: 2026-03-28T23:59:59.999998",
            "between: [2026-01-01T00:00, 2026-03-28]",
            "before: 2026-03-28T23:00:00Z",
            "day_of: 12-31",
        ],
    ),
    (
        &["joined"],
        &[
            "on: 2026-03-28T23:00:00Z",
            "before: 2026-03-29T00:00",
            "after: 2026-03-29T23:59:59.999998",
            "between: [2026-03-01, 2026-03-29T01:00:00+02:00]",
            "day_of: 01-01",
        ],
    ),
    (
        &["vip"],
        &["is: true", "is: false", "is_not: true", "is_not: false", "is_empty: true", "is_empty: false"],
    ),
    (
        &["tags"],
        &[
            "contains_any: [gold, internal]",
            r"contains_any: ['\''']",
            "contains_all: [gold, beta]",
            "contains_none: [gold]",
            "is_empty: true",
            "is_empty: false",
        ],
    ),
    (&["wakes"], &["is_empty: true", "is_empty: false"]),
];

/// Related tables, and what is asked of their rows.
const RELATED: &[(&str, &[&str])] = &[
    (
        "invoices",
        &[
            "has: any",
            "has: none",
            "count: {at_least: 3}",
            "count: {at_most: 2}",
            "count: {is: 0}",
            "count: {is_not: 2}",
            "count: {one_of: [0, 3]}",
            "count_distinct: {of: status, is: 2}",
            "count_distinct: {of: total, at_least: 2}",
            "count_distinct: {of: date, is: 1}",
            "count_distinct: {of: noted, is: 1}",
            "count_distinct: {of: at, less_than: 2}",
            "count_distinct: {of: paid, more_than: 1}",
            "sum: {of: total, more_than: 12.5}",
            "sum: {of: total, is: 500.30}",
            "sum: {of: total, is_not: 12.5}",
            "sum: {of: rate, is: 0.3}",
            "sum: {of: invoice, between: [3, 12]}",
            "average: {of: total, is: 6.25}",
            "average: {of: total, at_least: 166.76}",
            "average: {of: total, is_not: 250}",
            "average: {of: rate, less_than: 0.2}",
            "min: {of: total, less_than: 1}",
            "min: {of: date, before: 2026-01-01}",
            "min: {of: noted, after: 2026-01-01T00:00}",
            "min: {of: at, in_last: 1 day}",
            "min: {of: status, is: Paid}",
            "max: {of: total, one_of: [7.5, 500]}",
            "max: {of: date, month_of: 3}",
            "max: {of: noted, on: 2026-03-29}",
            "max: {of: at, on: 2026-03-29}",
            "max: {of: status, starts_with: pa}",
            "first: {of: total, by: date, is: 0.1}",
            "first: {of: date, by: noted, not_in_last: 1 year}",
            "first: {of: noted, by: at, before: 2026-01-11}",
            "first: {of: at, by: invoice, day_of: today}",
            "first: {of: status, by: date, is: OPEN, ignore_case: true}",
            "first: {of: status, by: at, is_empty: true}",
            "first: {of: paid, by: date, is: false}",
            "latest: {of: total, by: at, is: 0}",
            "latest: {of: date, by: total, to_date: year}",
            "latest: {of: noted, by: date, month_of: [2, 3]}",
            "latest: {of: at, by: date, after: 2026-03-01}",
            "latest: {of: status, by: invoice, is_empty: false}",
            "latest: {of: status, by: noted, one_of: [open, void]}",
            "latest: {of: paid, by: at, is_not: false}",
            "where: {all: [{column: status, is_not: open}]}, has: any",
            "where: {any: [{column: total, is_empty: true}, {column: date, in_last: 20 days}]}, has: none",
            "where: {all: [{column: date, to_date: year}, {column: paid, is: true}]}, sum: {of: total, at_least: 5}",
        ],
    ),
    (
        "lines",
        &[
            "has: any",
            "where: {all: [{column: product, is: jazz}]}, has: any",
            "where: {all: [{table: invoices, column: total, more_than: 100}]}, has: none",
            "via: [invoices.customer, lines.invoice_no], count: {at_least: 2}",
            "sum: {of: quantity, is: 3}",
            "where: {any: [{column: quantity, at_least: 2}, {table: invoices, column: paid, is: true}]}, count: {is: 2}",
            "latest: {of: product, by: quantity, is: jazz}",
        ],
    ),
    (
        "profiles, via: [profiles.referrer]",
        &["has: any", "count: {is: 2}", "where: {all: [{column: vip, is: true}]}, has: any"],
    ),
];

/// Conditions that stand for themselves.
const CONDITIONS: &[&str] = &[
    "{member_of: vips}",
    "{not_member_of: vips}",
    "{condition: consent}",
    "{related: profiles, via: [profiles.referrer, profiles.referrer], has: any}",
    "{any: [{column: id, is: c}, {related: invoices, has: any}]}",
    "{any: [{all: [{column: vip, is: true}, {related: lines, has: any}]}, {column: points, is_empty: true}]}",
    "{any: [{related: invoices, count: {is: 0}}, {member_of: vips}, {related: lines, has: none}]}",
    "{any: [{not_member_of: vips}, {related: invoices, sum: {of: total, is: 12.5}}]}",
];

/// Rules one after the other.
const RULES: &[&[&str]] = &[
    &["all: [{column: vip, is: true}]", "combine: union, all: [{related: invoices, has: any}]"],
    &["all: [{related: invoices, has: any}]", "combine: intersect, all: [{column: vip, is_not: false}]"],
    &["all: [{column: points, is_empty: false}]", "combine: except, all: [{related: lines, has: any}]"],
    &[
        "any: [{column: id, is: c}, {related: invoices, has: any}]",
        "combine: union, all: [{column: tags, contains_any: [gold]}]",
        "combine: except, any: [{member_of: vips}, {related: invoices, count: {at_least: 3}}]",
        "combine: intersect, all: [{not_member_of: vips}, {column: born, is_empty: false}]",
    ],
];

/// What no query in Postgres's words finds, and why.
pub(super) const NOT_IN_POSTGRES: &[(&str, &str)] = &[
    (r"{column: name, matches: '\p{Lu}{2}'}", "Postgres's regular expressions know no classes of Unicode"),
    ("{column: name, matches: '^.*$'}", "in Postgres a point is a line's end, too"),
    (
        "{column: name, matches: '[S]$', ignore_case: true}",
        "in Postgres a letter has two cases, and ſ is no S",
    ),
];

/// All cases as definitions.
pub(super) fn all() -> Vec<String> {
    let columns = COLUMNS.iter().flat_map(|(columns, tests)| {
        columns
            .iter()
            .flat_map(|column| tests.iter().map(move |test| format!("{{column: {column}, {test}}}")))
    });
    let related = RELATED.iter().flat_map(|(table, measures)| {
        measures.iter().map(move |measure| format!("{{related: {table}, {measure}}}"))
    });
    let alone = CONDITIONS.iter().chain(NOT_IN_POSTGRES.iter().map(|(condition, _)| condition));
    let conditions = columns.chain(related).chain(alone.map(|condition| (*condition).to_owned()));
    let rules =
        RULES.iter().map(|rules| rules.iter().map(|rule| format!("  - {{{rule}}}\n")).collect::<String>());
    conditions.map(|condition| of_condition(&condition)).chain(rules.map(|rules| of_rules(&rules))).collect()
}

/// All who meet a condition. The zone's clocks are put forward on the day on which the cases are evaluated.
pub(super) fn of_condition(condition: &str) -> String {
    of_rules(&format!("  - {{all: [{condition}]}}\n"))
}

fn of_rules(rules: &str) -> String {
    format!("version: 1\ntime_zone: Europe/Berlin\nrules:\n{rules}")
}
