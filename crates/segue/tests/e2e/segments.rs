//! Tables and segments from the command line, up to a push.

use activecampaign_sim::Config;
use insta::assert_snapshot;

use crate::setting::{Setting, assert_adds_up, number};

const PROFILES: &str = "\
id,name,mail,country,consent,born
007,Ann,ann@example.com,Brazil,true,1980-02-29
008,Bob,bob@example.com,Brazil,false,1990-03-15
009,Çelik,celik@example.com,Türkiye,true,2000-12-31
010,Dee,dee@example.com,Brazil,true,
";
const INVOICES: &str = "\
invoice,customer,total,date
1,007,5.00,2026-01-10
2,007,7.50,2026-02-10
3,008,500.00,2026-03-10
4,009,0.10,2025-01-01
5,010,x,2025-01-02
";
const BRAZIL: &str = "\
version: 1
rules:
- name: Brazilian buyers
  all:
  - {column: country, is: Brazil}
  - {related: invoices, sum: {of: total, at_least: 12.5}}
";

/// Runs the program in the setting's folder; what it says on both outputs, and how it ends.
fn segue(setting: &Setting, arguments: &[&str]) -> String {
    let output = setting.command(arguments).env("SEGUE_STATE", "state").output().unwrap();
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).replace(&*setting.folder.path().to_string_lossy(), "DIR")
    };
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    format!("{printed}{said}exit code {}", output.status.code().unwrap())
}

fn setting() -> Setting {
    let setting = Setting::new(Config::default());
    setting.write("profiles.csv", PROFILES);
    setting.write("invoices.csv", INVOICES);
    setting.write("brazil.yaml", BRAZIL);
    setting.write("consent.yaml", "all: [{column: consent, is: true}]\n");
    let added = segue(
        &setting,
        &["tables", "add", "profiles", "profiles.csv", "--key", "id", "--meaning", "mail=email"],
    );
    assert_snapshot!(added, @r"
      column   kind     is
      id       text     key
      name     text
      mail     text     email
      country  text     country
      consent  boolean
      born     date
    exit code 0
    ");
    let kind = ["--kind", "total=number", "--kind", "customer=text"];
    let added = ["tables", "add", "invoices", "invoices.csv", "--relate", "customer=profiles.id"];
    let added = segue(&setting, &[&added[..], &kind].concat());
    assert!(added.ends_with("exit code 0"), "{added}");
    setting
}

#[test]
fn a_segment_is_defined_refreshed_and_pushed() {
    let setting = setting();
    assert_snapshot!(segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]), @"exit code 0");
    assert_snapshot!(segue(&setting, &["segments", "count", "brazil.yaml"]), @r#"
    2
    table "invoices": 1 rows set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "refresh", "--all"]), @r#"
    brazil: 2 members
    table "invoices": 1 rows set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "preview", "brazil"]), @r"
      id   name  mail             country  consent  born
      007  Ann   ann@example.com  Brazil   true     1980-02-29
      008  Bob   bob@example.com  Brazil   false    1990-03-15
    exit code 0
    ");
    assert_snapshot!(segue(&setting, &["segments", "explain", "brazil", "010"]), @r#"
    ✗ profile 010: not a member
      ✗ rule 1 "Brazilian buyers": all of
        ✓ column: country, is: Brazil: it is "Brazil"
        ✗ related: invoices, sum: {of: total, at_least: 12.5}: the sum is empty
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "members", "brazil", "--csv", "out.csv"]), @r"
    2 members written to out.csv
    exit code 0
    ");
    let written = std::fs::read_to_string(setting.folder.path().join("out.csv")).unwrap();
    assert_snapshot!(written, @r"
    id,name,mail,country,consent,born
    007,Ann,ann@example.com,Brazil,true,1980-02-29
    008,Bob,bob@example.com,Brazil,false,1990-03-15
    ");
    let (report, code) = setting.push_segment("brazil", &["--first-name", "name"]);
    assert_adds_up(&report);
    assert_eq!((number(&report, "created"), code), (2, 0), "{report}");
    assert_eq!(setting.active().into_keys().collect::<Vec<_>>(), ["ann@example.com", "bob@example.com"]);
    let (again, _) = setting.push_segment("brazil", &["--first-name", "name"]);
    assert_eq!(number(&again, "unchanged"), 2, "{again}");
}

#[test]
fn nobody_is_exported_without_consent() {
    let setting = setting();
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    segue(&setting, &["segments", "refresh", "brazil"]);
    assert_snapshot!(segue(&setting, &["tables", "condition", "profiles", "may-be-emailed", "consent.yaml"]), @"exit code 0");
    let (report, _) = setting.push_segment("brazil", &["--require", "may-be-emailed"]);
    assert_eq!((number(&report, "members"), number(&report, "created")), (1, 1), "{report}");
    assert_eq!(setting.active().into_keys().collect::<Vec<_>>(), ["ann@example.com"]);
    let refused = setting.push(&["--require", "may-be-emailed"]);
    assert_eq!(refused.status.code(), Some(2), "a file declares no consent");
    let unknown = setting.segment_command("brazil", &["--require", "consented"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("declares no condition \"consented\""));
}

#[test]
fn mistakes_are_told_where_they_are() {
    let setting = setting();
    setting.write(
        "wrong.yaml",
        "version: 1\nrules:\n- all:\n  - {column: contry, is: Brazil}\n  - {column: born, contains: 19}\n",
    );
    assert_snapshot!(segue(&setting, &["segments", "create", "wrong", "wrong.yaml"]), @r#"
    error: the definition cannot be used
      /rules/0/all/0/column: table "profiles" has no column "contry"; did you mean "country"?
      /rules/0/all/1/contains: column "born" is a date, which takes: on, before, after, between, in_last, not_in_last, in_next, to_date, month_of, day_of, is_empty
    exit code 2
    "#);
    assert_snapshot!(segue(&setting, &["segments", "refresh", "nobody"]), @r#"
    error: there is no segment "nobody", nor any other
    exit code 2
    "#);
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    assert_snapshot!(segue(&setting, &["tables", "remove", "invoices"]), @r#"
    error: table "invoices" is used by segment brazil
    exit code 2
    "#);
}

#[test]
fn a_failed_refresh_leaves_the_members_in_force() {
    let setting = setting();
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    segue(&setting, &["segments", "refresh", "brazil"]);
    setting.write("profiles.csv", format!("{PROFILES}007,Ann again,ann2@example.com,Brazil,true,\n"));
    assert_snapshot!(segue(&setting, &["segments", "refresh", "brazil"]), @r#"
    brazil: failed, its 2 members stay in force: table "profiles": profile keys must be unique, and these are not: 007
    exit code 2
    "#);
    let (report, _) = setting.push_segment("brazil", &[]);
    assert_eq!(
        number(&report, "members"),
        3,
        "the snapshot in force names two keys, one of which two rows have: {report}"
    );
    setting.write("profiles.csv", "id,name\n1,Ann\n");
    let drifted = segue(&setting, &["segments", "refresh", "brazil"]);
    assert!(drifted.contains("has no column \"country\" any more"), "{drifted}");
}

#[test]
fn segments_of_segments_are_refreshed_in_order_and_kept_apart() {
    let setting = setting();
    setting.write("rest.yaml", "version: 1\nrules:\n- all: [{not_member_of: brazil}]\n");
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    assert_snapshot!(segue(&setting, &["segments", "create", "a-rest", "rest.yaml"]), @"exit code 0");
    let refreshed = segue(&setting, &["segments", "refresh", "--all"]);
    assert!(refreshed.starts_with("brazil: 2 members\na-rest: 2 members\n"), "{refreshed}");
    assert_snapshot!(segue(&setting, &["segments", "overlap", "brazil", "a-rest"]), @r"
      brazil  a-rest  profiles
      in                     2
              in             2
    exit code 0
    ");
    assert_snapshot!(segue(&setting, &["segments", "delete", "brazil"]), @r#"
    error: segment "brazil" is used by segments: a-rest
    exit code 2
    "#);
    assert_snapshot!(segue(&setting, &["segments", "rename", "brazil", "brasil"]), @"exit code 0");
    assert_snapshot!(segue(&setting, &["segments", "usage", "a-rest"]), @r"
      used by segments  nothing
      asks segments     brasil
      reads tables      profiles
    exit code 0
    ");
    setting.write("cycle.yaml", "version: 1\nrules:\n- all: [{member_of: a-rest}]\n");
    let cycle = segue(&setting, &["segments", "edit", "brasil", "cycle.yaml"]);
    assert!(cycle.contains("brasil → a-rest → brasil") && cycle.ends_with("exit code 2"), "{cycle}");
    setting.write("keys.csv", "id\n009\n999\n");
    assert_snapshot!(segue(&setting, &["segments", "make-static", "brasil", "--keys", "keys.csv"]), @r"
    1 members; 1 keys are no profiles
    exit code 0
    ");
    let list = segue(&setting, &["segments", "list"]);
    assert!(list.contains("brasil   static   active        1"), "{list}");
}
