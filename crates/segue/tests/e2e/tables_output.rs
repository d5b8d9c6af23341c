//! What people and scripts see of `segue tables`.

use activecampaign_sim::Config;

use crate::output::{assert_shown, help_of};
use crate::segments::{segue, setting};
use crate::setting::Setting;

#[test]
fn help() {
    let commands = ["add", "list", "show", "check", "condition", "remove"];
    let mut text = help_of(&["tables"]);
    for command in commands {
        text.push_str(&format!("\n=== {command}\n{}", help_of(&["tables", command])));
    }
    assert_shown("help_tables", &text);
}

#[test]
fn declaring_and_looking() {
    let empty = Setting::new(Config::default());
    assert_shown("tables_list_empty", &segue(&empty, &["tables", "list"]));
    let setting = setting();
    let tables = |arguments: &[&str]| segue(&setting, &[&["tables"], arguments].concat());
    let invoices = ["add", "invoices", "invoices.csv", "--replace"];
    assert_shown(
        "tables_add",
        &tables(&[&invoices[..], &["--key", "invoice", "--kind", "total=number"]].concat()),
    );
    assert_shown("tables_list", &tables(&["list"]));
    assert_shown("tables_list_json", &tables(&["list", "--json"]));
    assert_shown("tables_show", &tables(&["show", "profiles"]));
    assert_shown("tables_show_json", &tables(&["show", "profiles", "--json"]));
    assert_shown("tables_show_set_aside", &tables(&["show", "invoices"]));
}

#[test]
fn checking() {
    let setting = setting();
    let tables = |arguments: &[&str]| segue(&setting, &[&["tables"], arguments].concat());
    assert_shown("tables_check", &tables(&["check", "profiles"]));
    assert_shown("tables_check_set_aside", &tables(&["check", "invoices"]));
    assert_shown("tables_check_set_aside_file", &tables(&["check", "invoices", "--set-aside", "aside.csv"]));
    setting.write(
        "profiles.csv",
        "id,name,mail,country,consent,born\n1,A,,,,\n1,B,,,,\n,C,,,,\n2,D\n3,E,,,maybe,\n",
    );
    assert_shown("tables_check_wrong", &tables(&["check", "profiles"]));
    std::fs::remove_file(setting.folder.path().join("profiles.csv")).unwrap();
    assert_shown("tables_check_no_file", &tables(&["check", "profiles"]));
}

#[test]
fn conditions() {
    let setting = setting();
    let condition =
        |arguments: &[&str]| segue(&setting, &[&["tables", "condition", "profiles"], arguments].concat());
    setting.write("wrong.yaml", "all: [{column: agreed, is: true}]\n");
    assert_shown("tables_condition_wrong", &condition(&["consented", "wrong.yaml"]));
    assert_shown("tables_condition_no_file", &condition(&["consented", "none.yaml"]));
    assert_shown("tables_condition", &condition(&["consented", "consent.yaml"]));
    setting.write("who.yaml", "version: 1\nrules:\n- all: [{condition: consented}]\n");
    segue(&setting, &["segments", "create", "who", "who.yaml"]);
    assert!(segue(&setting, &["tables", "show", "profiles"]).contains("  conditions: consented\n"));
    assert_shown("tables_condition_used", &condition(&["consented"]));
    segue(&setting, &["segments", "remove", "who"]);
    assert_shown("tables_condition_taken_back", &condition(&["consented"]));
    assert_shown("tables_condition_unknown", &condition(&["consented"]));
}

#[test]
fn refusals() {
    let setting = setting();
    let tables = |arguments: &[&str]| segue(&setting, &[&["tables"], arguments].concat());
    assert_shown("tables_unknown", &tables(&["show", "profile"]));
    assert_shown("tables_remove_used", &tables(&["remove", "profiles"]));
    assert_shown("tables_remove", &tables(&["remove", "invoices"]));
    let add = |options: &[&str]| tables(&[&["add", "visits", "invoices.csv"], options].concat());
    assert_shown("tables_add_no_key", &add(&["--key", "number"]));
    assert_shown("tables_add_no_table", &add(&["--relate", "customer=people.id"]));
    assert_shown("tables_add_no_column", &add(&["--relate", "customer=profiles.key"]));
    assert_shown("tables_add_relate", &add(&["--relate", "customer"]));
    assert_shown("tables_add_kind", &add(&["--kind", "total=money"]));
    assert_shown("tables_add_meaning", &add(&["--meaning", "total=ltv"]));
    assert_shown("tables_add_name", &tables(&["add", "my visits", "invoices.csv"]));
    assert_shown("tables_add_no_file", &tables(&["add", "visits", "visits.csv"]));
}
