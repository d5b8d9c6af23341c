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
pub(crate) fn segue(setting: &Setting, arguments: &[&str]) -> String {
    let output = setting.command(arguments).env("SEGUE_STATE", "state").output().unwrap();
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).replace(&*setting.folder.path().to_string_lossy(), "DIR")
    };
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    format!("{printed}{said}exit code {}", output.status.code().unwrap())
}

pub(crate) fn setting() -> Setting {
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
    assert_snapshot!(segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]), @r#"
    segment "brazil" is saved; to find its members: segue segments refresh brazil
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "count", "brazil.yaml"]), @r#"
    2
    table "invoices": 1 row set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    to list them: segue tables check invoices --set-aside FILE
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "refresh", "--all"]), @r#"
    brazil: 2 members
    table "invoices": 1 row set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    to list them: segue tables check invoices --set-aside FILE
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
      ✗ when it was last refreshed, or loaded from a list: not a member
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
    assert_snapshot!(segue(&setting, &["tables", "condition", "profiles", "may-be-emailed", "consent.yaml"]), @r#"
    table "profiles" declares condition "may-be-emailed"
    exit code 0
    "#);
    let snapshots = || {
        let entries = setting.folder.path().join("state/segments").read_dir().unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let (report, _) = setting.push_segment("brazil", &["--require", "may-be-emailed"]);
    assert_eq!(snapshots(), ["brazil-1.parquet"]);
    let failed = setting.segment_command("brazil", &["--require", "may-be-emailed", "--phone", "fax"]);
    assert_eq!({ failed }.output().unwrap().status.code(), Some(2));
    assert_eq!(snapshots(), ["brazil-1.parquet"], "also if the push fails");
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
    error: table "invoices" is used by segment brazil: change or remove what uses it first
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
    let shown = segue(&setting, &["segments", "show", "brazil"]);
    assert!(shown.contains("2 members") && shown.contains("\n# its latest refresh failed, "), "{shown}");
    assert!(shown.contains("any more; its columns are: id, name"), "{shown}");
    let listed = segue(&setting, &["segments", "list"]);
    assert!(listed.contains(" UTC, failed 20"), "{listed}");
    let json = segue(&setting, &["segments", "list", "--json"]);
    assert!(json.contains("\"failed\":\"table "), "{json}");
    setting.write("profiles.csv", PROFILES);
    segue(&setting, &["segments", "refresh", "brazil"]);
    assert!(!segue(&setting, &["segments", "show", "brazil"]).contains("failed"));
}

#[test]
fn what_is_the_same_of_many_segments_is_told_once() {
    let setting = setting();
    for name in ["brazil", "brasil"] {
        segue(&setting, &["segments", "create", name, "brazil.yaml"]);
    }
    assert_snapshot!(segue(&setting, &["segments", "refresh", "--all"]), @r#"
    brasil: 2 members
    brazil: 2 members
    table "invoices": 1 row set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    to list them: segue tables check invoices --set-aside FILE
    exit code 0
    "#);
    setting.write("profiles.csv", "id,name\n1,Ann\n");
    assert_snapshot!(segue(&setting, &["segments", "refresh", "--all"]), @r#"
    brasil: failed, its 2 members stay in force: table "profiles": DIR/profiles.csv has no column "country" any more; its columns are: id, name; this breaks segments: brasil, brazil
    brazil: failed, its 2 members stay in force: for the same reason as brasil
    exit code 2
    "#);
}

#[test]
fn a_required_condition_that_is_not_declared_is_named() {
    let setting = setting();
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    assert_snapshot!(segue(&setting, &["segments", "refresh", "brazil", "--require", "nope"]), @r#"
    brazil: failed, it has no members yet: the table of profiles declares no condition "nope", which is required of everybody: declare it with segue tables condition TABLE nope FILE
    exit code 2
    "#);
}

#[test]
fn a_lost_column_names_every_segment_that_it_breaks() {
    let setting = setting();
    let define = |name: &str, condition: &str| {
        let file = format!("{name}.yaml");
        setting.write(&file, format!("version: 1\nrules:\n- all: [{condition}]\n"));
        assert!(segue(&setting, &["segments", "create", name, &file]).ends_with("exit code 0"));
    };
    assert_snapshot!(segue(&setting, &["tables", "condition", "profiles", "consented", "consent.yaml"]), @r#"
    table "profiles" declares condition "consented"
    exit code 0
    "#);
    define("bought", "{related: invoices, has: any}");
    define("consenting", "{condition: consented}");
    define("late", "{related: invoices, where: {all: [{column: date, after: 2026-02-01}]}, has: any}");
    define("named", "{column: name, is_empty: false}");
    define("spent", "{related: invoices, sum: {of: total, at_least: 5}}");
    segue(&setting, &["segments", "deactivate", "spent"]);
    setting.write("invoices.csv", "invoice,customer,amount,day\n1,007,5.00,2026-01-10\n");
    assert_snapshot!(segue(&setting, &["segments", "refresh", "late"]), @r#"
    late: failed, it has no members yet: table "invoices": DIR/invoices.csv has no column "date" any more; its columns are: invoice, customer, amount, day; this breaks segments: late, spent
    exit code 2
    "#);
    assert_snapshot!(segue(&setting, &["segments", "refresh", "bought"]), @r"
    bought: 1 member
    exit code 0
    ");
    assert_snapshot!(segue(&setting, &["tables", "check", "invoices"]), @r#"
    table "invoices": DIR/invoices.csv has no column "total" any more; its columns are: invoice, customer, amount, day
    table "invoices": DIR/invoices.csv has no column "date" any more; its columns are: invoice, customer, amount, day
    this breaks segments: late, spent
    if it is meant, declare the table anew with segue tables add --replace, and edit these segments
    exit code 3
    "#);
    setting.write(
        "profiles.csv",
        PROFILES.replace("id,name,mail", "key,name,mail").replace("consent", "agreed"),
    );
    assert_snapshot!(segue(&setting, &["tables", "check", "profiles"]), @r#"
    table "profiles": DIR/profiles.csv has no column "id" any more; its columns are: key, name, mail, country, agreed, born
    table "profiles": DIR/profiles.csv has no column "consent" any more; its columns are: key, name, mail, country, agreed, born
    this breaks segments: bought, consenting, late, named, spent
    if it is meant, declare the table anew with segue tables add --replace, and edit these segments
    exit code 3
    "#);
    // Of everything else only what is required asks about consent.
    setting.write("profiles.csv", PROFILES.replace("consent", "agreed"));
    let broken = |options: &[&str]| {
        let said = segue(&setting, &[&["tables", "check", "profiles"], options].concat());
        said.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(broken(&[]), "this breaks segments: consenting");
    let all = "this breaks segments: bought, consenting, late, named, spent";
    assert_eq!(broken(&["--require", "consented"]), all);
}

#[test]
fn what_could_be_matched_is_said_and_not_sent() {
    let setting = setting();
    let profiles = "id,First Name,surname,mail,mobile\n1,Ann,Arbor,ann@example.com,+4930\n";
    setting.write("profiles.csv", profiles);
    segue(&setting, &["tables", "add", "profiles", "profiles.csv", "--replace"]);
    setting.write("all.yaml", "version: 1\nrules:\n- all: [{column: mail, is_empty: false}]\n");
    segue(&setting, &["segments", "create", "all", "all.yaml"]);
    segue(&setting, &["segments", "refresh", "all"]);
    let said = |options: &[&str]| {
        let output = setting.segment_command("all", options).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let words = said(&["--dry-run"]);
    assert!(words.contains("--first-name 'First Name' --last-name surname --phone mobile\n"), "{words}");
    let words = said(&["--first-name", "First Name", "--phone", "mobile"]);
    assert!(words.contains("can be: --last-name surname\n"), "{words}");
    assert_eq!(setting.held()["ann@example.com"].first_name, "Ann");
    let words = said(&["--first-name", "First Name", "--last-name", "surname", "--phone", "mobile"]);
    assert!(!words.contains("can be"), "{words}");
}

#[test]
fn segments_of_segments_are_refreshed_in_order_and_kept_apart() {
    let setting = setting();
    setting.write("rest.yaml", "version: 1\nrules:\n- all: [{not_member_of: brazil}]\n");
    segue(&setting, &["segments", "create", "brazil", "brazil.yaml"]);
    segue(&setting, &["segments", "create", "a-rest", "rest.yaml"]);
    let refreshed = segue(&setting, &["segments", "refresh", "--all"]);
    assert!(refreshed.starts_with("brazil: 2 members\na-rest: 2 members\n"), "{refreshed}");
    // The first of them has other members now, and the second asks about those.
    setting.write("brazil.yaml", BRAZIL.replace("12.5", "100"));
    segue(&setting, &["segments", "edit", "brazil", "brazil.yaml"]);
    let again = segue(&setting, &["segments", "refresh", "--all"]);
    assert!(again.starts_with("brazil: 1 member (-1)\na-rest: 3 members (+1)\n"), "{again}");
    setting.write("brazil.yaml", BRAZIL);
    segue(&setting, &["segments", "edit", "brazil", "brazil.yaml"]);
    segue(&setting, &["segments", "refresh", "--all"]);
    assert_snapshot!(segue(&setting, &["segments", "overlap", "brazil", "a-rest"]), @r"
      brazil  a-rest  profiles
      in                     2
              in             2
    exit code 0
    ");
    assert_snapshot!(segue(&setting, &["segments", "remove", "brazil"]), @r#"
    error: segment "brazil" is used by segments: a-rest; change or remove them first
    exit code 2
    "#);
    assert_snapshot!(segue(&setting, &["segments", "rename", "brazil", "brasil"]), @r#"
    segment "brazil" is "brasil" now
    exit code 0
    "#);
    assert_snapshot!(segue(&setting, &["segments", "usage", "a-rest"]), @r"
      used by segments     nothing
      used by exports      nothing
      asks about segments  brasil
      reads tables         profiles
    exit code 0
    ");
    setting.write("cycle.yaml", "version: 1\nrules:\n- all: [{member_of: a-rest}]\n");
    let cycle = segue(&setting, &["segments", "edit", "brasil", "cycle.yaml"]);
    assert!(cycle.contains("brasil → a-rest → brasil") && cycle.ends_with("exit code 2"), "{cycle}");
    setting.write("keys.csv", "id\n009\n999\n");
    assert_snapshot!(segue(&setting, &["segments", "make-static", "brasil", "--keys", "keys.csv"]), @r"
    1 member; 1 key is no profile's: 999
    exit code 0
    ");
    let list = segue(&setting, &["segments", "list"]);
    assert!(list.contains("brasil   static   active        1"), "{list}");
}
