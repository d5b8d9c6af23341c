//! What is said of a definition that is well formed, once the tables and segments are known.

use insta::assert_snapshot;
use proptest::prelude::*;
use segue_model::segment::{Catalog, Condition, Definition, Group, Kind, Operator, check::check_named, read};

use crate::tables::{all, check_as, check_definition, checked, tables};
use crate::{lines, with_conditions};

#[test]
fn a_right_definition_has_no_faults() {
    let text = "
version: 1
time_zone: Europe/Berlin
rules:
  - all:
      - {column: country, one_of: [Brazil, Norway], ignore_case: true}
      - {column: points, between: [1, 2.5]}
      - {column: birthday, day_of: today}
      - {column: signed_up, after: 2026-01-31T10:00}
      - {column: last_seen, on: 2026-01-31T10:00:00Z}
      - {column: consent, is_not: true}
      - {column: tags, contains_any: [a]}
      - {column: photo, is_empty: false}
      - {related: visits, count: {at_least: 3}, where: {any: [{column: at, in_last: 30 days}]}}
      - {related: visits, latest: {of: id, by: at, is: 5}}
      - {related: visits, count_distinct: {of: id, is: 5}}
      - {related: invoices, via: [bill_to], max: {of: status, starts_with: x}}
  - combine: except
    any: [{member_of: buyers}, {condition: consent}]
";
    assert_eq!(checked(text), "");
}

#[test]
fn tables_of_profiles() {
    assert_snapshot!(checked("{version: 1, table: profile, rules: [{all: [{condition: c}]}]}"), @r#"/table: there is no table "profile"; did you mean "profiles"?"#);
    assert_snapshot!(checked("{version: 1, table: log, rules: [{all: [{column: line, is: x}]}]}"), @r#"/table: table "log" has no key, so its rows are no profiles: declare it anew with --replace --key COLUMN"#);
}

mod columns {
    use super::*;

    #[test]
    fn that_do_not_exist() {
        assert_snapshot!(all("{column: Country, is: x}"), @r#"/rules/0/all/0/column: table "profiles" has no column "Country"; did you mean "country"?"#);
        assert_snapshot!(all("{any: [{all: [{column: nowhere_to_be_found, is: x}]}]}"), @r#"/rules/0/all/0/any/0/all/0/column: table "profiles" has no column "nowhere_to_be_found"; there is: email, country, points, birthday, signed_up, last_seen, consent, tags, photo"#);
        assert_snapshot!(all("{related: visits, latest: {of: idd, by: att, is: 5}}"), @r#"
        /rules/0/all/0/latest/by: table "visits" has no column "att"; did you mean "at"?
        /rules/0/all/0/latest/of: table "visits" has no column "idd"; did you mean "id"?
        "#);
    }

    #[test]
    fn that_take_other_operators() {
        assert_snapshot!(all("{column: country, at_least: 1}"), @r#"/rules/0/all/0/at_least: column "country" is text, which takes: is, is_not, one_of, none_of, contains, does_not_contain, starts_with, ends_with, matches, is_empty; or declare it with --kind country=number"#);
        assert_snapshot!(all("{column: country, on: 2026-01-31}"), @r#"/rules/0/all/0/on: column "country" is text, which takes: is, is_not, one_of, none_of, contains, does_not_contain, starts_with, ends_with, matches, is_empty; or declare it with --kind country=date"#);
        assert_snapshot!(all("{column: points, contains: 1}"), @r#"/rules/0/all/0/contains: column "points" is a number, which takes: is, is_not, less_than, at_most, more_than, at_least, between, one_of, none_of, is_empty"#);
        assert_snapshot!(all("{column: birthday, is: 2026-01-31}"), @r#"/rules/0/all/0/is: column "birthday" is a date, which takes: on, before, after, between, in_last, not_in_last, in_next, to_date, month_of, day_of, is_empty"#);
        assert_snapshot!(all("{column: signed_up, one_of: [2026-01-31]}"), @r#"/rules/0/all/0/one_of: column "signed_up" is a time, which takes: on, before, after, between, in_last, not_in_last, in_next, to_date, month_of, day_of, is_empty"#);
        assert_snapshot!(all("{column: last_seen, at_most: 1}"), @r#"/rules/0/all/0/at_most: column "last_seen" is a moment, which takes: on, before, after, between, in_last, not_in_last, in_next, to_date, month_of, day_of, is_empty"#);
        assert_snapshot!(all("{column: consent, one_of: [true]}"), @r#"/rules/0/all/0/one_of: column "consent" is true or false, which takes: is, is_not, is_empty"#);
        assert_snapshot!(all("{column: tags, contains: a}"), @r#"/rules/0/all/0/contains: column "tags" is a list, which takes: contains_any, contains_all, contains_none, is_empty"#);
        assert_snapshot!(all("{column: photo, is: a}"), @r#"/rules/0/all/0/is: column "photo" is of a kind that cannot be compared, which takes: is_empty"#);
    }

    #[test]
    fn whose_case_cannot_be_ignored() {
        assert_snapshot!(all("{column: points, is: 1, ignore_case: true}"), @r#"/rules/0/all/0/ignore_case: column "points" is a number: only of texts the case can be ignored"#);
        assert_snapshot!(all("{column: consent, is: true, ignore_case: true}"), @r#"/rules/0/all/0/ignore_case: column "consent" is true or false: only of texts the case can be ignored"#);
        assert_eq!(all("{column: points, is: 1, ignore_case: false}"), "");
        // Of lists the reader says it already: their operators compare no texts.
        let told = read::definition(&with_conditions("{column: tags, contains_any: [a], ignore_case: true}"))
            .unwrap_err();
        assert_snapshot!(lines(&told), @r#"/rules/0/all/0/ignore_case: "contains_any" compares no texts: leave this out"#);
    }

    #[test]
    fn every_kind_takes_what_it_says_and_nothing_else() {
        let columns = ["email", "points", "birthday", "signed_up", "last_seen", "consent", "tags", "photo"];
        for column in columns {
            let kind = tables()[0].column(column).unwrap().kind;
            for operator in Operator::ALL {
                let value = operand(*operator, kind);
                let told = all(&format!("{{column: {column}, {}: {value}}}", operator.word()));
                let is_taken = kind.operators().contains(operator);
                assert_eq!(told.is_empty(), is_taken, "{column}, {operator:?}: {told}");
            }
        }
    }

    fn operand(operator: Operator, kind: Kind) -> String {
        use Operator as O;
        let value = match kind {
            Kind::Number => "1",
            Kind::Date | Kind::LocalTime | Kind::Instant => "2026-01-31",
            Kind::Boolean => "true",
            _ => "a",
        };
        match operator {
            O::OneOf | O::NoneOf | O::ContainsAny | O::ContainsAll | O::ContainsNone => format!("[{value}]"),
            O::Between => format!("[{value}, {value}]"),
            O::InLast | O::NotInLast | O::InNext => "1 day".to_owned(),
            O::ToDate => "week".to_owned(),
            O::MonthOf => "1".to_owned(),
            O::DayOf => "today".to_owned(),
            O::IsEmpty => "true".to_owned(),
            _ => value.to_owned(),
        }
    }
}

mod values {
    use super::*;

    #[test]
    fn of_texts() {
        assert_snapshot!(all("{column: country, is: 1}"), @"/rules/0/all/0/is: 1 is no text: put it in quotes");
        assert_snapshot!(all("{column: country, is: true}"), @"/rules/0/all/0/is: true is no text: put it in quotes");
        assert_snapshot!(all("{column: country, one_of: [a, 1, '']}"), @"
        /rules/0/all/0/one_of/1: 1 is no text: put it in quotes
        /rules/0/all/0/one_of/2: an empty text is asked for with is_empty: true
        ");
        assert_snapshot!(all("{column: tags, contains_all: [a, 1]}"), @"/rules/0/all/0/contains_all/1: 1 is no text: put it in quotes");
    }

    #[test]
    fn of_patterns() {
        assert_eq!(all("{column: email, matches: '@example\\.(com|org)$'}"), "");
        assert_snapshot!(all("{column: email, matches: '(a'}"), @"/rules/0/all/0/matches: this is no regular expression: unclosed group");
        assert_snapshot!(all("{column: email, matches: '(?=a)'}"), @"/rules/0/all/0/matches: this is no regular expression: look-around, including look-ahead and look-behind, is not supported");
        assert_snapshot!(all("{column: email, matches: '\\w{1000}{1000}'}"), @"/rules/0/all/0/matches: this regular expression is too large: repeat less, or shorter things");
        assert_snapshot!(all("{column: email, matches: ''}"), @"/rules/0/all/0/matches: an empty text is asked for with is_empty: true");
    }

    #[test]
    fn of_numbers() {
        assert_snapshot!(all("{column: points, is: '5'}"), @r#"/rules/0/all/0/is: "5" cannot be compared with a number: it is a text; write it without quotes and leading zeros"#);
        assert_snapshot!(all("{column: points, is: 007}"), @r#"/rules/0/all/0/is: "007" cannot be compared with a number: it is a text; write it without quotes and leading zeros"#);
        assert_snapshot!(all("{column: points, is: many}"), @r#"/rules/0/all/0/is: "many" cannot be compared with a number: it is no number"#);
        assert_snapshot!(all("{column: points, is: 1_000}"), @r#"/rules/0/all/0/is: "1_000" cannot be compared with a number: it is no number"#);
        assert_snapshot!(all("{column: points, is: true}"), @"/rules/0/all/0/is: true cannot be compared with a number: it is no number");
        assert_snapshot!(all("{column: points, one_of: [1, 0.00000000001, 2]}"), @"/rules/0/all/0/one_of/1: 1e-11 cannot be compared with a number: it has more than 10 digits after the point");
        assert_snapshot!(all("{column: points, at_least: 1e300}"), @"/rules/0/all/0/at_least: 1e+300 cannot be compared with a number: it has too many digits");
        assert_snapshot!(all("{column: points, at_least: 1e-300}"), @"/rules/0/all/0/at_least: 1e-300 cannot be compared with a number: it has more than 10 digits after the point");
        assert_snapshot!(all("{column: points, at_least: 12345678901234.5678}"), @"/rules/0/all/0/at_least: 12345678901234.568 cannot be compared with a number: it has more than 15 digits, and that many are not kept");
        assert_eq!(all("{column: points, one_of: [18446744073709551615, 0.1234567891, -1e3]}"), "");
    }

    #[test]
    fn of_dates() {
        assert_snapshot!(all("{column: birthday, on: 31.01.2026}"), @r#"/rules/0/all/0/on: "31.01.2026" is no date like 2026-01-31"#);
        assert_snapshot!(all("{column: birthday, before: 2026-02-29}"), @r#"/rules/0/all/0/before: "2026-02-29" is no date like 2026-01-31"#);
        assert_snapshot!(all("{column: birthday, after: 2026-01-31T10:00}"), @r#"/rules/0/all/0/after: "2026-01-31T10:00" has a time, but the column holds days: write the day alone"#);
        assert_snapshot!(all("{column: signed_up, between: [2026-01-31, tomorrow]}"), @r#"/rules/0/all/0/between/1: "tomorrow" is no date like 2026-01-31 and no time like 2026-01-31T18:30"#);
        assert_snapshot!(all("{column: last_seen, on: 2026}"), @"/rules/0/all/0/on: 2026 is no date like 2026-01-31 and no time like 2026-01-31T18:30");
    }

    #[test]
    fn of_booleans() {
        assert_snapshot!(all("{column: consent, is: yes}"), @r#"/rules/0/all/0/is: "yes" is neither true nor false"#);
        assert_snapshot!(all("{column: consent, is: 1}"), @"/rules/0/all/0/is: 1 is neither true nor false");
    }
}

#[test]
fn aggregates() {
    let visits = |measure: &str| all(&format!("{{related: visits, {measure}}}"));
    assert_snapshot!(visits("sum: {of: at, at_least: 3}"), @r#"/rules/0/all/0/sum/of: column "at" is a moment: there is no sum of that"#);
    assert_snapshot!(visits("min: {of: labels, is: a}"), @r#"/rules/0/all/0/min/of: column "labels" is a list: there is no min of that"#);
    assert_snapshot!(visits("count_distinct: {of: raw, at_least: 1}"), @r#"/rules/0/all/0/count_distinct/of: column "raw" is of a kind that cannot be compared: there is no count distinct of that"#);
    assert_snapshot!(visits("latest: {of: id, by: labels, is: 1}"), @r#"/rules/0/all/0/latest/by: column "labels" is a list: order by a number, a date or a time"#);
    assert_snapshot!(visits("count: {at_least: many}"), @r#"/rules/0/all/0/count/at_least: "many" cannot be compared with a number: it is no number"#);
    assert_snapshot!(visits("count: {contains: 1}"), @"/rules/0/all/0/count/contains: the count is a number, which takes: is, is_not, less_than, at_most, more_than, at_least, between, one_of, none_of, is_empty");
    assert_snapshot!(visits("max: {of: at, at_least: 3}"), @"/rules/0/all/0/max/at_least: the max is a moment, which takes: on, before, after, between, in_last, not_in_last, in_next, to_date, month_of, day_of, is_empty");
    assert_snapshot!(all("{related: invoices, via: [bill_to], average: {of: status, at_least: 3}}"), @r#"/rules/0/all/0/average/of: column "status" is text: there is no average of that; or declare it with --kind status=number"#);
}

#[test]
fn conditions_by_name() {
    assert_eq!(all("{condition: consent}"), "");
    assert_snapshot!(all("{condition: Consent}"), @r#"/rules/0/all/0/condition: table "profiles" declares no condition "Consent"; did you mean "consent"?"#);
    assert_snapshot!(all("{condition: outdated}"), @r#"/rules/0/all/0/condition: condition "outdated" of table "profiles" is wrong itself, at /any/0/column: table "profiles" has no column "optin"; there is: email, country, points, birthday, signed_up, last_seen, consent, tags, photo"#);
    assert_snapshot!(all("{any: [{condition: broken}]}"), @r#"/rules/0/all/0/any/0/condition: condition "broken" of table "profiles" is wrong itself, at /all: a number stands where a list is needed"#);
}

#[test]
fn declared_conditions() {
    let tables = tables();
    let catalog = Catalog { tables: &tables, segments: &[] };
    let named = |text: &str| lines(&check_named(&read::group(text).unwrap(), &tables[0], &catalog));
    assert_eq!(named("all: [{column: consent, is: true}, {related: visits, has: any}]"), "");
    assert_snapshot!(named("any: [{column: consent, is: yes}, {member_of: vip}, {all: [{condition: consent}]}]"), @r#"
    /any/0/is: "yes" is neither true nor false
    /any/1/member_of: a condition that a table declares cannot ask about segments
    /any/2/all/0/condition: a condition that a table declares cannot ask about another one
    "#);
    assert_snapshot!(lines(&read::group("all: [{column: c}]\nname: x").unwrap_err()), @r#"
    /name: "name" has no meaning here; there is: all, any
    /all/0: the operator is missing, as in is_empty: false
    "#);
}

#[test]
fn other_segments() {
    assert_eq!(all("{member_of: vip}, {not_member_of: lapsed}"), "");
    assert_snapshot!(all("{member_of: vips}"), @r#"/rules/0/all/0/member_of: there is no segment "vips"; did you mean "vip"?"#);
    assert_snapshot!(all("{any: [{not_member_of: logged}]}"), @r#"/rules/0/all/0/any/0/not_member_of: segment "logged" is of table "log", this one of "profiles""#);
}

#[test]
fn a_segment_cannot_ask_about_itself() {
    let as_own = |own: &str, conditions: &str| lines(&check_as(Some(own), &with_conditions(conditions)));
    assert_snapshot!(as_own("new", "{member_of: new}"), @"/rules/0/all/0/member_of: the segment would ask about itself: new → new");
    assert_snapshot!(as_own("lapsed", "{any: [{member_of: buyers}, {not_member_of: vip}]}"), @"/rules/0/all/0/any/1/not_member_of: the segment would ask about itself: lapsed → vip → loyal → lapsed");
    assert_snapshot!(as_own("buyers", "{member_of: vip}, {member_of: loyal}"), @"/rules/0/all/0/member_of: the segment would ask about itself: buyers → vip → buyers");
    assert_eq!(as_own("vip", "{member_of: buyers}, {member_of: loyal}, {member_of: lapsed}"), "");
    assert_eq!(as_own("new", "{member_of: vip}"), "");
}

/// Gives every condition a table and column that are there, so that what it compares with is looked at, too.
fn at_home(definition: &mut Definition) {
    fn in_group(group: &mut Group, table: &str, columns: &mut dyn Iterator<Item = &'static str>) {
        for condition in &mut group.conditions {
            match condition {
                Condition::Column(column) => {
                    column.table = None;
                    column.column = columns.next().unwrap().to_owned();
                }
                Condition::Related(related) => {
                    related.table = table.to_owned();
                    related.via.clear();
                    related.filter.iter_mut().for_each(|filter| in_group(filter, table, columns));
                }
                Condition::Group(inner) => in_group(inner, table, columns),
                Condition::Member { segment, .. } => *segment = "vip".to_owned(),
                Condition::Named(name) => *name = "consent".to_owned(),
            }
        }
    }
    let columns = ["points", "country", "birthday", "signed_up", "last_seen", "consent", "tags", "photo"];
    definition.table = "profiles".to_owned();
    for rule in &mut definition.rules {
        in_group(&mut rule.group, "visits", &mut columns.into_iter().cycle());
    }
}

proptest! {
    #[test]
    fn nothing_that_is_checked_makes_it_panic(mut definition in crate::arbitrary::definition()) {
        let _ = check_definition(&definition, Some("vip"));
        at_home(&mut definition);
        let _ = check_definition(&definition, None);
    }
}
