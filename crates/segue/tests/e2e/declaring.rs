//! Tables are declared anew without breaking anything unasked, and stay while anything needs them.

use insta::assert_snapshot;

use crate::segments::{segue, setting};
use crate::setting::Setting;

fn define(setting: &Setting, name: &str, rules: &str) {
    let file = format!("{name}.yaml");
    setting.write(&file, format!("version: 1\nrules:\n- all: [{rules}]\n"));
    let created = segue(setting, &["segments", "create", name, &file]);
    assert!(created.ends_with("exit code 0"), "{created}");
}

#[test]
fn a_table_that_a_condition_asks_about_stays() {
    let setting = setting();
    setting.write("buyer.yaml", "all: [{related: invoices, has: any}]\n");
    segue(&setting, &["tables", "condition", "profiles", "buyer", "buyer.yaml"]);
    assert_snapshot!(segue(&setting, &["tables", "remove", "invoices"]), @r#"
    error: table "invoices" is used by table profiles (condition buyer): change or remove what uses it first
    exit code 2
    "#);
    define(&setting, "buyers", "{condition: buyer}");
    assert_snapshot!(segue(&setting, &["tables", "remove", "invoices"]), @r#"
    error: table "invoices" is used by segment buyers, table profiles (condition buyer): change or remove what uses it first
    exit code 2
    "#);
    assert_snapshot!(segue(&setting, &["segments", "usage", "buyers"]), @r"
      used by segments     nothing
      used by exports      nothing
      asks about segments  nothing
      reads tables         profiles, invoices
    exit code 0
    ");
}

#[test]
fn a_table_between_two_others_is_used() {
    let setting = setting();
    setting.write("lines.csv", "line,of,genre\n1,1,Rock\n2,3,Jazz\n");
    segue(&setting, &["tables", "add", "lines", "lines.csv", "--relate", "of=invoices.invoice"]);
    define(&setting, "rock", "{related: lines, where: {all: [{column: genre, is: Rock}]}, has: any}");
    let usage = segue(&setting, &["segments", "usage", "rock"]);
    assert!(usage.contains("reads tables         profiles, invoices, lines\n"), "{usage}");
    let used = segue(&setting, &["tables", "remove", "invoices"]);
    assert!(used.contains("is used by segment rock, table lines: "), "{used}");
}

#[test]
fn a_name_that_is_taken_is_not_overwritten_unasked() {
    let setting = setting();
    define(&setting, "brazil", "{column: country, is: Brazil}");
    define(&setting, "bought", "{related: invoices, has: any}");
    assert_snapshot!(segue(&setting, &["tables", "add", "profiles", "invoices.csv", "--key", "invoice"]), @r#"
    error: table "profiles" is there already, read from DIR/profiles.csv: to declare it anew, add --replace; what is not said again of its key, relationships, kinds and meanings stays; that would break segments: bought, brazil; and tables: invoices
    exit code 2
    "#);
    let listed = segue(&setting, &["tables", "list"]);
    assert!(listed.contains("DIR/profiles.csv"), "nothing is changed: {listed}");
    let same = segue(&setting, &["tables", "add", "profiles", "profiles.csv"]);
    assert!(same.ends_with("kinds and meanings stays\nexit code 2"), "{same}");
    let anew = ["tables", "add", "profiles", "invoices.csv", "--key", "invoice", "--replace"];
    assert_snapshot!(segue(&setting, &anew), @r"
      column    kind  is
      invoice   text  key
      customer  text
      total     text
      date      date
    warning: this breaks segments: bought, brazil; and tables: invoices: edit them, or declare the table as it was
    exit code 0
    ");
    let back = segue(&setting, &["tables", "add", "profiles", "profiles.csv", "--key", "id", "--replace"]);
    assert!(!back.contains("breaks"), "{back}");
    assert_snapshot!(segue(&setting, &["segments", "refresh", "bought", "brazil"]), @r"
    bought: 4 members
    brazil: 3 members
    exit code 0
    ");
}

#[test]
fn what_is_not_said_again_stays() {
    let setting = setting();
    let declare = |options: &[&str]| {
        segue(&setting, &[&["tables", "add", "--replace", "invoices", "invoices.csv"], options].concat())
    };
    let listed = || segue(&setting, &["tables", "list"]);
    define(&setting, "spent", "{related: invoices, sum: {of: total, at_least: 12.5}}");
    let related = "customer = profiles.id";
    assert_snapshot!(declare(&["--meaning", "customer=company"]), @r"
      column    kind    is
      invoice   number
      customer  text    company
      total     number
      date      date
    exit code 0
    ");
    assert!(listed().contains(related), "{}", listed());
    let declared = declare(&["--key", "invoice", "--meaning", "customer=none"]);
    assert!(declared.contains("  invoice   text    key\n  customer  text\n"), "{declared}");
    assert!(declare(&[]).contains("  customer  text\n"), "what was taken away is not guessed anew");
    let broken = declare(&["--relate", "none", "--key", ""]);
    assert!(!broken.contains("key") && broken.contains("warning: this breaks segments: spent: "), "{broken}");
    assert!(!listed().contains(related), "{}", listed());
    let declared = declare(&["--kind", "total=text", "--relate", "customer=profiles.id"]);
    assert!(declared.contains("this breaks segments: spent"), "a text has no sum: {declared}");
}

#[test]
fn an_address_is_called_only_where_the_public_internet_is() {
    let setting = setting();
    for (address, said) in [
        ("https://127.0.0.1/a.csv", "its address leads to a loopback, private or reserved address"),
        ("http://example.com/a.csv", "its address is not https"),
        ("https://ana:hunter2@example.com/a.csv", "its address holds a user or a password"),
    ] {
        let refused = segue(&setting, &["tables", "add", "people", address]);
        assert!(refused.contains(said) && refused.ends_with("exit code 2"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_wrong_guess_is_cleared() {
    let setting = setting();
    let profiles = ["tables", "add", "profiles", "profiles.csv", "--replace", "--meaning", "country=none"];
    let declared = segue(&setting, &profiles);
    assert!(declared.contains("  mail     text     email\n  country  text\n"), "{declared}");
    let new = ["tables", "add", "people", "profiles.csv", "--key", "id", "--meaning", "country=none"];
    assert!(segue(&setting, &new).contains("  country  text\n"));
}

#[test]
fn a_parquet_file_says_what_its_columns_hold() {
    let setting = setting();
    define(&setting, "all", "{column: id, is_empty: false}");
    segue(&setting, &["segments", "refresh", "all"]);
    segue(&setting, &["segments", "members", "all", "--parquet", "all.parquet"]);
    let kind = ["--key", "id", "--kind", "name=date", "--kind", "country=text"];
    let added = segue(&setting, &[&["tables", "add", "people", "all.parquet"], &kind[..]].concat());
    assert_snapshot!(added, @r#"
    error: column "name" is not of kind date by what its file says: leave it out
    exit code 2
    "#);
    assert!(!segue(&setting, &["tables", "list"]).contains("people"));
}

#[test]
fn rows_that_do_not_fit_a_declared_kind_are_counted_at_once() {
    let setting = setting();
    let kind = ["--replace", "--kind", "total=number"];
    assert_snapshot!(segue(&setting, &[&["tables", "add", "invoices", "invoices.csv"], &kind[..]].concat()), @r#"
      column    kind    is
      invoice   number
      customer  text
      total     number
      date      date
    table "invoices": 1 row set aside: column "total" does not fit its kind, number (the first: invoices.csv:6)
    to list them: segue tables check invoices --set-aside FILE
    exit code 0
    "#);
}

#[test]
fn relationships_are_shown_with_their_names() {
    let setting = setting();
    let shown = segue(&setting, &["tables", "show", "invoices"]);
    assert!(shown.contains("\n  customer  profiles.id  invoices.customer\n"), "{shown}");
    let json = segue(&setting, &["tables", "show", "invoices", "--json"]);
    assert!(json.contains("\"name\":\"invoices.customer\""), "{json}");
}
