//! What the reader says of what is not well formed: where, and in which words.

use insta::assert_snapshot;

use crate::{faults, with_conditions};

/// What is wrong with one condition, written in brackets.
fn condition(text: &str) -> String {
    faults(&with_conditions(text))
}

/// What is wrong with the test of a column.
fn test(text: &str) -> String {
    condition(&format!("{{column: c, {text}}}"))
}

/// What is wrong with the test of a related table.
fn related(text: &str) -> String {
    condition(&format!("{{related: t, {text}}}"))
}

#[test]
fn a_text_that_is_neither_yaml_nor_json() {
    assert_snapshot!(faults("version: 1\nrules: ["), @"/: line 2, column 8: this is neither YAML nor JSON: unclosed bracket '['");
    assert_snapshot!(faults("{\"version\": 1, \"rules\": \"}"), @"/: line 1, column 25: this is neither YAML nor JSON: unclosed quote");
    assert_snapshot!(faults("a: b: c"), @"/: line 1, column 5: this is neither YAML nor JSON: mapping values are not allowed in this context");
    assert_snapshot!(faults("? [a]\n: b"), @"/: line 1, column 3: this is neither YAML nor JSON: expected string scalar");
    assert_snapshot!(faults("~: 1"), @"/: line 1, column 1: this is neither YAML nor JSON: null is not allowed here");
    assert_snapshot!(faults("a: \u{7}"), @r"/: line 1, column 4: this is neither YAML nor JSON: unexpected character: `\u{7}'");
}

#[test]
fn what_yaml_can_and_the_language_cannot() {
    assert_snapshot!(faults("version: 1\nversion: 1"), @r#"/: line 2, column 1: "version" stands here a second time"#);
    assert_snapshot!(faults("{\"version\": 1, \"version\": 1}"), @r#"/: line 1, column 16: "version" stands here a second time"#);
    assert_snapshot!(faults("version: 1\n---\nversion: 1"), @"/: line 2, column 1: a second document begins here: one is needed");
    assert_snapshot!(faults("rules: &a []"), @"/: line 1, column 11: anchors, aliases and merge keys are not read: write it out");
    assert_snapshot!(faults("rules: *a"), @"/: line 1, column 8: anchors, aliases and merge keys are not read: write it out");
    assert_snapshot!(faults("<<: {version: 1}"), @"/: line 1, column 1: anchors, aliases and merge keys are not read: write it out");
    assert_snapshot!(test("is: .nan"), @"/: line 1, column 45: .nan is no number that can be compared with; a text needs quotes");
    assert_snapshot!(test("is: 1e999"), @"/: line 1, column 45: 1e999 is no number that can be compared with; a text needs quotes");
}

#[test]
fn no_definition() {
    assert_snapshot!(faults(""), @"/: nothing stands where names and values are needed");
    assert_snapshot!(faults("[]"), @"/: a list stands where names and values are needed");
    assert_snapshot!(faults("{}"), @r#"
    /: "version" is missing: write version: 1
    /: "rules" is missing
    "#);
    assert_snapshot!(faults("version: 2\nwhatever: true"), @"/version: version 2 is newer than this program, which reads version 1");
    assert_snapshot!(faults("version: '1'\nrules: []"), @"/version: the version must be 1");
    assert_snapshot!(faults("version: 0\nrules: []"), @"/version: the version must be 1");
    assert_snapshot!(faults("version: 1\ntable: 5\ntimezone: UTC\nrules: all"), @r#"
    /timezone: "timezone" has no meaning here; did you mean "time_zone"?
    /table: 5 stands where a text is needed: put it in quotes
    /rules: a text stands where a list is needed
    "#);
    assert_snapshot!(faults("version: 1\ntable: ' '\ntime_zone: Europe/Bucarest\nrules: []"), @r#"
    /table: the text is empty
    /time_zone: "Europe/Bucarest" is no time zone; did you mean "Europe/Bucharest"?
    /rules: the list is empty
    "#);
    assert_snapshot!(faults("version: 1\ntime_zone: CEST/DST/whatever\nrules: [1]"), @r#"
    /time_zone: "CEST/DST/whatever" is no time zone; write one like Europe/Berlin
    /rules/0: a number stands where names and values are needed
    "#);
}

#[test]
fn rules() {
    assert_snapshot!(faults("version: 1\nrules:\n  - combine: union\n    all: [{condition: c}]"), @"/rules/0/combine: the first rule has nothing before it to be combined with: leave this out");
    assert_snapshot!(faults("version: 1\nrules:\n  - all: [{condition: c}]\n  - combine: minus\n    name: 5\n    al: []"), @r#"
    /rules/1/al: "al" has no meaning here; did you mean "all"?
    /rules/1/combine: "minus" has no meaning here; there is: union, intersect, except
    /rules/1/name: 5 stands where a text is needed: put it in quotes
    /rules/1: the conditions are missing: write them below "all" or "any"
    "#);
    assert_snapshot!(faults("version: 1\nrules:\n  - all: [{condition: c}]\n  - combine: exept\n    all: [{condition: c}]"), @r#"/rules/1/combine: "exept" has no meaning here; did you mean "except"?"#);
    assert_snapshot!(faults("version: 1\nrules: [{all: [{condition: c}], any: [{condition: c}]}]"), @r#"/rules/0: "all" and "any" exclude each other: put one of them into the other"#);
    assert_snapshot!(faults("version: 1\nrules: [{all: []}, {any: {condition: c}}, {all: }]"), @"
    /rules/0/all: the list is empty
    /rules/1/any: a set of names and values stands where a list is needed
    /rules/2/all: nothing stands where a list is needed
    ");
}

#[test]
fn conditions() {
    assert_snapshot!(condition("country"), @"/rules/0/all/0: a text stands where names and values are needed");
    assert_snapshot!(condition("{}"), @"/rules/0/all/0: this is no condition: it needs one of column, related, member_of, not_member_of, condition, all, any");
    assert_snapshot!(condition("{colum: country, is: Brazil}"), @r#"/rules/0/all/0/colum: "colum" has no meaning here; did you mean "column"?"#);
    assert_snapshot!(condition("{memberof: vip}"), @r#"/rules/0/all/0/memberof: "memberof" has no meaning here; did you mean "member_of"?"#);
    assert_snapshot!(condition("{foo: 1, bar: 2}"), @"/rules/0/all/0: this is no condition: it needs one of column, related, member_of, not_member_of, condition, all, any");
    assert_snapshot!(condition("{member_of: vip, since: 2026-01-31}"), @r#"/rules/0/all/0/since: "since" has no meaning here; there is: member_of"#);
    assert_snapshot!(condition("{member_of: vip, not_member_of: vip}"), @r#"/rules/0/all/0/not_member_of: "not_member_of" has no meaning here; did you mean "member_of"?"#);
    assert_snapshot!(condition("{member_of: [vip]}"), @"/rules/0/all/0/member_of: a list stands where a text is needed");
    assert_snapshot!(condition("{condition: ''}"), @"/rules/0/all/0/condition: the text is empty");
    assert_snapshot!(condition("{all: [{condition: c}], name: sub}"), @r#"/rules/0/all/0/name: "name" has no meaning here; there is: all, any"#);
    assert_snapshot!(condition("{any: [{all: [{condition: true}]}]}"), @"/rules/0/all/0/any/0/all/0/condition: true stands where a text is needed: put it in quotes");
}

#[test]
fn tests_of_columns() {
    assert_snapshot!(condition("{column: country}"), @"/rules/0/all/0: the operator is missing, as in is_empty: false");
    assert_snapshot!(condition("{column: , is: x}"), @"/rules/0/all/0/column: nothing stands where a text is needed");
    assert_snapshot!(condition("{column: country, equals: Brazil}"), @r#"/rules/0/all/0/equals: "equals" is no operator; write is"#);
    assert_snapshot!(test("'>': 5"), @r#"/rules/0/all/0/>: ">" is no operator; write more_than"#);
    assert_snapshot!(test("Greater_Than: 5"), @r#"/rules/0/all/0/Greater_Than: "Greater_Than" is no operator; write more_than"#);
    assert_snapshot!(test("not_empty: true"), @r#"/rules/0/all/0/not_empty: "not_empty" is no operator; write is_empty: false"#);
    assert_snapshot!(test("resembles: x"), @r#"/rules/0/all/0/resembles: "resembles" is no operator; there is: is, is_not, one_of, none_of, contains, does_not_contain, starts_with, ends_with, matches, less_than, at_most, more_than, at_least, between, on, before, after, in_last, not_in_last, in_next, to_date, month_of, day_of, contains_any, contains_all, contains_none, is_empty"#);
    assert_snapshot!(test("contians: x"), @r#"/rules/0/all/0/contians: "contians" is no operator; did you mean "contains"?"#);
    assert_snapshot!(test("is: x, is_not: y"), @r#"/rules/0/all/0: "is" and "is_not" stand in one condition: make two of it"#);
    assert_snapshot!(test("is: x, ignorecase: true"), @r#"/rules/0/all/0/ignorecase: "ignorecase" has no meaning here; did you mean "ignore_case"?"#);
    assert_snapshot!(test("is: x, ignore_case: yes"), @r#"/rules/0/all/0/ignore_case: "yes" stands where true or false is needed"#);
    assert_snapshot!(test("at_least: 1, ignore_case: true"), @r#"/rules/0/all/0/ignore_case: "at_least" compares no texts: leave this out"#);
    assert_snapshot!(test("is_empty: true, ignore_case: true"), @r#"/rules/0/all/0/ignore_case: "is_empty" compares no texts: leave this out"#);
    assert_snapshot!(test("'a/b~c': 1, is: x"), @r#"/rules/0/all/0/a~1b~0c: "a/b~c" has no meaning here; there is: column, table, is, ignore_case"#);
    assert_snapshot!(condition("{column: c, related: t, is: x}"), @r#"/rules/0/all/0/related: "related" has no meaning here; there is: column, table, is, ignore_case"#);
}

#[test]
fn operands() {
    assert_snapshot!(test("is: "), @"/rules/0/all/0/is: nothing stands where a value is needed; to ask for empty values write is_empty: true");
    assert_snapshot!(test("is: [a, b]"), @"/rules/0/all/0/is: a list stands where one value is needed: write one_of");
    assert_snapshot!(test("is_not: [a]"), @"/rules/0/all/0/is_not: a list stands where one value is needed: write none_of");
    assert_snapshot!(test("contains: [a]"), @"/rules/0/all/0/contains: a list stands where one value is needed");
    assert_snapshot!(test("is: {a: 1}"), @"/rules/0/all/0/is: a set of names and values stands where one value is needed");
    assert_snapshot!(test("one_of: a"), @"/rules/0/all/0/one_of: a text stands where a list is needed");
    assert_snapshot!(test("one_of: []"), @"/rules/0/all/0/one_of: the list is empty");
    assert_snapshot!(test("one_of: [a, ~, [b]]"), @"
    /rules/0/all/0/one_of/1: nothing stands where a value is needed; to ask for empty values write is_empty: true
    /rules/0/all/0/one_of/2: a list stands where one value is needed
    ");
    assert_snapshot!(test("between: [1, 2, 3]"), @"/rules/0/all/0/between: two values are needed, the first and the last; here are 3");
    assert_snapshot!(test("between: 1"), @"/rules/0/all/0/between: a number stands where a list is needed");
    assert_snapshot!(test("is_empty: yes"), @r#"/rules/0/all/0/is_empty: "yes" stands where true or false is needed"#);
    assert_snapshot!(test("is_empty: 1"), @"/rules/0/all/0/is_empty: a number stands where true or false is needed");
}

#[test]
fn operands_of_dates() {
    for wrong in [
        "30",
        "30days",
        "0 days",
        "-1 days",
        "+1 days",
        "100000 days",
        "1.5 days",
        "1  day",
        "one day",
        "1 hour",
        "01 days",
    ] {
        assert_eq!(
            test(&format!("in_last: {wrong}")),
            "/rules/0/all/0/in_last: a span is needed: a number and days, weeks, months or years, as in 30 days",
            "{wrong}"
        );
    }
    for wrong in ["2-29", "02-30", "13-01", "00-01", "29.02.", "2026-02-28", "+2-29", "Today", "229"] {
        assert_eq!(
            test(&format!("day_of: {wrong}")),
            "/rules/0/all/0/day_of: a month and a day are needed, as in 02-29, or today",
            "{wrong}"
        );
    }
    assert_snapshot!(test("month_of: May"), @"/rules/0/all/0/month_of: a month is needed, 1 to 12, or a list of months");
    assert_snapshot!(test("month_of: []"), @"/rules/0/all/0/month_of: the list is empty");
    assert_snapshot!(test("month_of: [1, 13, 05, 2.5]"), @"
    /rules/0/all/0/month_of/1: a month is needed, 1 to 12
    /rules/0/all/0/month_of/2: a month is needed, 1 to 12
    /rules/0/all/0/month_of/3: a month is needed, 1 to 12
    ");
    assert_snapshot!(test("to_date: decade"), @r#"/rules/0/all/0/to_date: "decade" has no meaning here; there is: week, month, quarter, year"#);
    assert_snapshot!(test("to_date: quater"), @r#"/rules/0/all/0/to_date: "quater" has no meaning here; did you mean "quarter"?"#);
}

#[test]
fn related_tables() {
    assert_snapshot!(related("x: 1"), @r#"
    /rules/0/all/0/x: "x" has no meaning here; there is: related, via, where, has, count, count_distinct, sum, average, min, max, first, latest
    /rules/0/all/0: what is asked of the rows is missing, as in has: any, or count: {at_least: 3}
    "#);
    assert_snapshot!(related("has: some"), @r#"/rules/0/all/0/has: "some" has no meaning here: write any, or none"#);
    assert_snapshot!(related("has: true"), @"/rules/0/all/0/has: true has no meaning here: write any, or none");
    assert_snapshot!(related("has: any, count: {at_least: 3}"), @r#"/rules/0/all/0: "has" and "count" stand in one condition: make two of it"#);
    assert_snapshot!(related("count: 3"), @"/rules/0/all/0/count: a number alone is no test: write count: {is: 3}, or count: {at_least: 3}");
    assert_snapshot!(related("count: many"), @"/rules/0/all/0/count: a text is no test, as count: {at_least: 3} is one");
    assert_snapshot!(related("sum: 100"), @"/rules/0/all/0/sum: a number is no test, as sum: {of: total, at_least: 100} is one");
    assert_snapshot!(related("latest: paid"), @"/rules/0/all/0/latest: a text is no test, as latest: {of: status, by: date, is: paid} is one");
    assert_snapshot!(related("count: {of: total, at_least: 3}"), @r#"/rules/0/all/0/count/of: count counts rows and takes no "of": leave it out, or write count_distinct"#);
    assert_snapshot!(related("count: {}"), @"/rules/0/all/0/count: the operator is missing, as in is_empty: false");
    assert_snapshot!(related("sum: {at_least: 3}"), @r#"/rules/0/all/0/sum: "of" is missing"#);
    assert_snapshot!(related("latest: {of: total, at_least: 3}"), @r#"/rules/0/all/0/latest: "by" is missing"#);
    assert_snapshot!(related("max: {of: total, by: date, at_least: 3}"), @r#"/rules/0/all/0/max/by: max takes no "by": leave it out"#);
    assert_snapshot!(related("has: any, via: bill_to"), @"/rules/0/all/0/via: a text stands where a list is needed");
    assert_snapshot!(related("has: any, via: [1, ok, '']"), @"
    /rules/0/all/0/via/0: 1 stands where a text is needed: put it in quotes
    /rules/0/all/0/via/2: the text is empty
    ");
    assert_snapshot!(related("has: any, where: [{column: c, is: x}]"), @"/rules/0/all/0/where: a list stands where names and values are needed");
    assert_snapshot!(related("has: any, where: {column: c, is: x}"), @r#"
    /rules/0/all/0/where/column: "column" has no meaning here; there is: all, any
    /rules/0/all/0/where/is: "is" has no meaning here; there is: all, any
    /rules/0/all/0/where: the conditions are missing: write them below "all" or "any"
    "#);
    assert_snapshot!(condition("{related: , has: any}"), @"/rules/0/all/0/related: nothing stands where a text is needed");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "
version: 1
time_zone: Mars
rules:
  - all:
      - column: country
        iss: Brazil
      - related: invoices
        where: {all: [{column: total, between: [1]}]}
        count: {at_least: }
  - combine: with
    any: []
";
    assert_snapshot!(faults(text), @r#"
    /time_zone: "Mars" is no time zone; write one like Europe/Berlin
    /rules/0/all/0/iss: "iss" is no operator; did you mean "is"?
    /rules/0/all/1/where/all/0/between: two values are needed, the first and the last; here are 1
    /rules/0/all/1/count/at_least: nothing stands where a value is needed; to ask for empty values write is_empty: true
    /rules/1/combine: "with" has no meaning here; there is: union, intersect, except
    /rules/1/any: the list is empty
    "#);
}
