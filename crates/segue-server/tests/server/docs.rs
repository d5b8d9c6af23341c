//! What the pages of documentation must say.

use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn pages() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder()).expect("a folder").map(|file| file.expect("a file").path());
    let pages = files.filter(|file| file.extension().is_some_and(|end| end == "md"));
    pages.map(|page| (page.display().to_string(), std::fs::read_to_string(&page).expect("a page"))).collect()
}

#[test]
fn s0_every_page_carries_the_version_that_it_is_about_and_its_date() {
    let beginning = format!("*For Segue {}, as of ", env!("CARGO_PKG_VERSION"));
    let pages = pages();
    assert!(pages.len() > 5, "{}", pages.len());
    for (name, text) in pages {
        let line = text.lines().nth(2).unwrap_or_default();
        let date = line.strip_prefix(&beginning).and_then(|rest| rest.strip_suffix(".*"));
        let date = date.unwrap_or_else(|| panic!("{name} does not say {beginning}… below its title: {line}"));
        let date: chrono::NaiveDate = date.parse().unwrap_or_else(|_| panic!("{name} is of {date}"));
        assert!(date >= chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date"), "{name} is of {date}");
    }
}

#[test]
fn s1_s3_the_guide_says_how_mature_the_connector_is_and_what_it_needs() {
    let guide = std::fs::read_to_string(folder().join("guide.md")).expect("a page");
    for part in
        ["ActiveCampaign connector is a preview", "an ActiveCampaign account", "an administrator's API key"]
    {
        assert!(guide.contains(part), "docs/guide.md does not say: {part}");
    }
}
