//! Definitions as people write them.

use segue_engine::TableEngine;
use segue_model::SegmentEngine;

use super::setting::Setting;

const PROFILES: &str = "\
id,name,country,score,born,seen,vip
a,Ann,Brazil,10.5,1980-02-29,2026-03-01 10:00:00,true
b,bob,brazil,20,1990-03-15,2026-03-14 23:59:59,false
c,Çelik,Türkiye,,2000-12-31,,
d,D%vid,,-3,,2026-03-15 00:00:00,true
";
const INVOICES: &str = "\
invoice,customer,total,date,status
1,a,5.00,2026-01-10,paid
2,a,7.50,2026-02-10,open
3,b,500.00,2026-03-10,paid
4,b,0.10,2025-01-01,paid
5,b,0.20,2025-01-02,void
6,x,9.99,2026-03-01,paid
";
const LINES: &str = "\
line,invoice_no,product
1,1,jazz
2,2,rock
3,3,jazz
4,9,jazz
";

fn setting() -> Setting {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", PROFILES, Some("id"), &[]);
    setting.add_csv("invoices", INVOICES, None, &[("customer", "profiles", "id")]);
    setting.add_csv("lines", LINES, None, &[("invoice_no", "invoices", "invoice")]);
    setting
}

#[test]
fn columns_are_tested_by_their_kind() {
    let s = setting();
    let table = [
        ("{column: country, is: Brazil}", "a"),
        ("{column: country, is: BRAZIL, ignore_case: true}", "a b"),
        ("{column: country, is_not: Brazil}", "b c d"),
        ("{column: country, one_of: [Brazil, Türkiye]}", "a c"),
        ("{column: country, none_of: [Brazil, Türkiye]}", "b d"),
        ("{column: name, contains: n}", "a"),
        ("{column: name, does_not_contain: n}", "b c d"),
        ("{column: name, contains: '%'}", "d"),
        ("{column: name, starts_with: Ç}", "c"),
        ("{column: name, ends_with: b}", "b"),
        ("{column: name, matches: '^[a-z]'}", "b"),
        ("{column: country, is_empty: true}", "d"),
        ("{column: country, is_empty: false}", "a b c"),
        ("{column: score, is: 10.50}", "a"),
        ("{column: score, is_not: 10.5}", "b c d"),
        ("{column: score, less_than: 10.5}", "d"),
        ("{column: score, at_most: 10.5}", "a d"),
        ("{column: score, more_than: 10.5}", "b"),
        ("{column: score, at_least: 10.5}", "a b"),
        ("{column: score, between: [-3, 10.5]}", "a d"),
        ("{column: score, one_of: [20, -3]}", "b d"),
        ("{column: score, is_empty: true}", "c"),
        ("{column: born, on: 1990-03-15}", "b"),
        ("{column: born, before: 1990-03-15}", "a"),
        ("{column: born, after: 1990-03-15}", "c"),
        ("{column: born, month_of: [3, 12]}", "b c"),
        ("{column: born, day_of: today}", "b"),
        ("{column: born, day_of: 02-29}", "a"),
        ("{column: seen, on: 2026-03-14}", "b"),
        ("{column: seen, in_last: 1 days}", "d"),
        ("{column: seen, in_last: 2 days}", "b d"),
        ("{column: seen, not_in_last: 2 days}", "a c"),
        ("{column: seen, to_date: month}", "a b d"),
        ("{column: vip, is: true}", "a d"),
        ("{column: vip, is_not: true}", "b c"),
        ("{column: vip, is_empty: true}", "c"),
    ];
    for (condition, expected) in table {
        assert_eq!(s.who(condition), expected, "{condition}");
    }
}

#[test]
fn a_pattern_with_a_backslash_is_a_pattern() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    s.add_csv("profiles", "id,name\na,back\\slash\nb,100%\nc,dot.dot\nd,dot\n", Some("id"), &[]);
    let table = [
        (r"{column: name, matches: '\\'}", "a"),
        (r"{column: name, matches: '\.'}", "c"),
        (r"{column: name, matches: '^dot\.|\\'}", "a c"),
        (r"{column: name, matches: 'K\\S', ignore_case: true}", "a"),
        (r"{column: name, matches: '(?x) \\ # a comment'}", "a"),
        ("{column: name, matches: '%'}", "b"),
    ];
    for (condition, expected) in table {
        assert_eq!(s.who(condition), expected, "{condition}");
    }
}

#[test]
fn related_tables_are_counted_and_summed() {
    let s = setting();
    let table = [
        ("{related: invoices, has: any}", "a b"),
        ("{related: invoices, has: none}", "c d"),
        ("{related: invoices, where: {all: [{column: status, is: open}]}, has: any}", "a"),
        ("{related: invoices, where: {all: [{column: status, is: open}]}, has: none}", "b c d"),
        ("{related: invoices, count: {at_least: 3}}", "b"),
        ("{related: invoices, count: {at_most: 2}}", "a c d"),
        ("{related: invoices, count: {is: 0}}", "c d"),
        ("{related: invoices, count_distinct: {of: status, is: 2}}", "a b"),
        ("{related: invoices, sum: {of: total, more_than: 12.49}}", "a b"),
        ("{related: invoices, sum: {of: total, is: 12.5}}", "a"),
        ("{related: invoices, sum: {of: total, is: 500.30}}", "b"),
        ("{related: invoices, sum: {of: total, is_not: 12.5}}", "b c d"),
        ("{related: invoices, average: {of: total, is: 6.25}}", "a"),
        ("{related: invoices, average: {of: total, at_least: 166.76}}", "b"),
        ("{related: invoices, min: {of: total, less_than: 1}}", "b"),
        ("{related: invoices, max: {of: date, after: 2026-03-01}}", "b"),
        ("{related: invoices, latest: {of: status, by: date, is: open}}", "a"),
        ("{related: invoices, first: {of: status, by: date, is: paid}}", "a b"),
        ("{related: invoices, latest: {of: status, by: date, is_empty: true}}", "c d"),
        ("{related: invoices, where: {all: [{column: date, in_last: 30 days}]}, has: any}", "b"),
        ("{related: lines, where: {all: [{column: product, is: jazz}]}, has: any}", "a b"),
        ("{related: lines, where: {all: [{table: invoices, column: total, more_than: 100}]}, has: any}", "b"),
        ("{related: lines, via: [invoices.customer, lines.invoice_no], count: {at_least: 2}}", "a"),
    ];
    for (condition, expected) in table {
        assert_eq!(s.who(condition), expected, "{condition}");
    }
}

#[test]
fn rules_fold_from_top_to_bottom() {
    let s = setting();
    let rules = |rules: &str| s.members(&format!("version: 1\nrules:\n{rules}")).join(" ");
    let vip = "  - all: [{column: vip, is: true}]\n";
    assert_eq!(rules(vip), "a d");
    let union = format!(
        "{vip}  - {{combine: union, any: [{{column: id, is: c}}, {{related: invoices, has: any}}]}}\n"
    );
    assert_eq!(rules(&union), "a b c d");
    let except =
        format!("{union}  - {{combine: except, all: [{{related: invoices, count: {{at_least: 3}}}}]}}\n");
    assert_eq!(rules(&except), "a c d");
    let intersect =
        format!("{except}  - {{combine: intersect, all: [{{column: country, is_empty: false}}]}}\n");
    assert_eq!(rules(&intersect), "a c");
    let evaluation = s.evaluation(s.read(&format!("version: 1\nrules:\n{intersect}")));
    assert_eq!(TableEngine.inspect(&evaluation).unwrap(), [2, 4, 3, 2]);
    let told = TableEngine.explain(&evaluation, "b").unwrap().unwrap();
    assert!(!told.holds);
    assert_eq!(told.parts.iter().map(|rule| rule.holds).collect::<Vec<_>>(), [false, true, true, true]);
    assert!(TableEngine.explain(&evaluation, "z").unwrap().is_none());
}

#[test]
fn days_begin_where_the_definition_says() {
    let mut s = Setting::new("2026-03-29T12:00:00Z");
    let moments = "id,at\na,2026-03-28T23:30:00Z\nb,2026-03-29T21:59:59Z\nc,2026-03-29T22:00:00Z\nd,2026-02-28T23:30:00Z\n";
    s.add_csv("profiles", moments, Some("id"), &[]);
    let who = |zone: &str, condition: &str| {
        let rules = format!("rules: [{{all: [{{column: at, {condition}}}]}}]");
        s.members(&format!("version: 1\ntime_zone: {zone}\n{rules}\n")).join(" ")
    };
    // On this day clocks are put forward in Berlin: it has 23 hours.
    assert_eq!(who("Europe/Berlin", "on: 2026-03-29"), "a b");
    assert_eq!(who("UTC", "on: 2026-03-29"), "b c");
    assert_eq!(who("Europe/Berlin", "month_of: 3"), "a b c d");
    assert_eq!(who("UTC", "month_of: 3"), "a b c");
    assert_eq!(who("Europe/Berlin", "day_of: 03-30"), "c");
    assert_eq!(who("Europe/Berlin", "in_last: 1 day"), "a b");
    assert_eq!(who("Europe/Berlin", "before: 2026-03-29T00:30"), "d");
}
