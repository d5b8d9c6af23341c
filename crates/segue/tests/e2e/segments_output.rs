//! What people and scripts see of `segue segments`.

use activecampaign_sim::Config;

use crate::output::{assert_shown, help_of};
use crate::segments::{segue, setting};
use crate::setting::Setting;

const COMMANDS: [&str; 21] = [
    "create",
    "edit",
    "show",
    "list",
    "remove",
    "duplicate",
    "rename",
    "activate",
    "deactivate",
    "make-static",
    "make-dynamic",
    "refresh",
    "count",
    "preview",
    "members",
    "history",
    "explain",
    "inspect",
    "overlap",
    "usage",
    "schema",
];

#[test]
fn help() {
    let mut text = help_of(&["segments"]);
    for command in COMMANDS {
        text.push_str(&format!("\n=== {command}\n{}", help_of(&["segments", command])));
    }
    assert_shown("help_segments", &text);
}

/// Two segments, of which the second asks about the first and has a warning.
fn defined() -> Setting {
    let setting = setting();
    setting.write(
        "rest.yaml",
        "version: 1\ntime_zone: Europe/Berlin\nrules:\n- name: Others\n  all: [{not_member_of: brazil}]\n\
         - combine: union\n  all: [{column: country, is: Chile}, {column: country, is: Peru}]\n\
         - combine: except\n  name: Old\n  all: [{column: born, before: 1950-01-01}]\n",
    );
    let about = ["--description", "Buyers in Brazil, for the spring letter"];
    let created = segue(&setting, &[&["segments", "create", "brazil", "brazil.yaml"], &about[..]].concat());
    assert_shown("segments_create", &created);
    setting
}

#[test]
fn defining() {
    let empty = Setting::new(Config::default());
    assert_shown("segments_list_empty", &segue(&empty, &["segments", "list"]));
    let setting = defined();
    let segments = |arguments: &[&str]| segue(&setting, &[&["segments"], arguments].concat());
    let rest = ["create", "rest", "rest.yaml", "--static", "--inactive"];
    assert_shown("segments_create_warning", &segments(&rest));
    assert_shown("segments_create_taken", &segments(&["create", "rest", "rest.yaml"]));
    assert_shown("segments_create_name", &segments(&["create", "1st", "rest.yaml"]));
    assert_shown("segments_create_no_file", &segments(&["create", "third", "third.yaml"]));
    setting.write("no.yaml", "version: 1\nrules:\n- all: [\n");
    assert_shown("segments_create_no_yaml", &segments(&["create", "third", "no.yaml"]));
    assert_shown("segments_show_new", &segments(&["show", "rest"]));
    segments(&["refresh", "brazil"]);
    assert_shown("segments_show", &segments(&["show", "brazil"]));
    assert_shown("segments_show_json", &segments(&["show", "brazil", "--json"]));
    assert_shown("segments_list", &segments(&["list"]));
    assert_shown("segments_list_json", &segments(&["list", "--json"]));
    assert_shown("segments_usage", &segments(&["usage", "brazil"]));
    assert_shown("segments_usage_json", &segments(&["usage", "brazil", "--json"]));
    assert_shown("segments_usage_of_none", &segments(&["usage", "rest"]));
    assert_shown("segments_edit_nothing", &segments(&["edit", "rest"]));
    assert_shown(
        "segments_edit_description",
        &segments(&["edit", "rest", "--description", "Not theirs\nAsk Ann"]),
    );
    assert_shown("segments_edit_too_long", &segments(&["edit", "rest", "--description", &"x".repeat(1001)]));
    assert_shown("segments_edit_control", &segments(&["edit", "rest", "--description", "\u{1b}[2J"]));
    assert_shown("segments_duplicate", &segments(&["duplicate", "rest", "copy"]));
    assert_shown("segments_show_copy", &segments(&["show", "copy"]));
    assert_shown("segments_rename_taken", &segments(&["rename", "copy", "rest"]));
    assert_shown("segments_rename", &segments(&["rename", "brazil", "brasil"]));
    assert_shown("segments_remove_used", &segments(&["remove", "brasil"]));
    assert_shown("segments_remove", &segments(&["remove", "copy"]));
    assert_shown("segments_unknown", &segments(&["show", "copy"]));
    assert_shown("segments_activate", &segments(&["activate", "rest"]));
    assert_shown("segments_make_dynamic", &segments(&["make-dynamic", "rest"]));
    assert_shown("segments_list_changed", &segments(&["list"]));
}

#[test]
fn members() {
    let setting = defined();
    let segments = |arguments: &[&str]| segue(&setting, &[&["segments"], arguments].concat());
    segments(&["create", "rest", "rest.yaml"]);
    assert_shown("segments_count", &segments(&["count", "brazil.yaml"]));
    let never = "{column: country, is: Chile}, {column: country, is: Peru}";
    setting.write("never.yaml", format!("version: 1\nrules:\n- all: [{never}]\n"));
    assert_shown("segments_count_warning", &segments(&["count", "never.yaml"]));
    assert_shown("segments_count_json", &segments(&["count", "brazil.yaml", "--json"]));
    assert_shown("segments_preview_too_early", &segments(&["preview", "brazil"]));
    assert_shown("segments_history_empty", &segments(&["history", "brazil"]));
    assert_shown("segments_refresh_too_early", &segments(&["refresh", "rest"]));
    assert_shown("segments_refresh", &segments(&["refresh", "brazil", "rest"]));
    assert_shown("segments_refresh_json", &segments(&["refresh", "--all", "--json"]));
    assert_shown("segments_refresh_nothing", &segments(&["refresh"]));
    assert_shown("segments_preview", &segments(&["preview", "rest"]));
    assert_shown("segments_preview_json", &segments(&["preview", "rest", "--json"]));
    assert_shown("segments_members", &segments(&["members", "rest", "--csv", "rest.csv"]));
    assert_shown("segments_members_no_file", &segments(&["members", "rest"]));
    assert_shown("segments_members_misnamed", &segments(&["members", "rest", "--parquet", "rest.csv"]));
    assert_shown("segments_members_no_folder", &segments(&["members", "rest", "--csv", "none/rest.csv"]));
    assert_shown("segments_explain", &segments(&["explain", "brazil", "010"]));
    assert_shown("segments_explain_member", &segments(&["explain", "rest", "009"]));
    assert_shown("segments_explain_json", &segments(&["explain", "rest", "007", "--json"]));
    assert_shown("segments_explain_nobody", &segments(&["explain", "brazil", "11"]));
    assert_shown("segments_inspect", &segments(&["inspect", "rest"]));
    assert_shown("segments_inspect_json", &segments(&["inspect", "rest", "--json"]));
    assert_shown("segments_overlap_json", &segments(&["overlap", "brazil", "rest", "--json"]));
    assert_shown("segments_overlap", &segments(&["overlap", "brazil", "rest"]));
    assert_shown("segments_overlap_one", &segments(&["overlap", "brazil"]));
    setting.write("keys.csv", "id\n009\n998\n999\n");
    assert_shown("segments_make_static_no_file", &segments(&["make-static", "rest", "--keys", "none.csv"]));
    assert!(segments(&["show", "rest"]).starts_with("# rest: dynamic"), "nothing is changed then");
    assert_shown("segments_make_static", &segments(&["make-static", "rest", "--keys", "keys.csv"]));
    assert!(segments(&["show", "rest"]).starts_with("# rest: static, active, 1 member, "));
    setting.write("profiles.csv", "id,country\n007,Brazil\n007,Brazil\n");
    segments(&["refresh", "brazil"]);
    assert_shown("segments_refresh_json_failed", &segments(&["refresh", "brazil", "--json"]));
    assert_shown("segments_refresh_all_failed", &segments(&["refresh", "--all"]));
    assert_shown("segments_history", &segments(&["history", "brazil"]));
    assert_shown("segments_history_json", &segments(&["history", "brazil", "--json"]));
}
