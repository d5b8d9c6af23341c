//! Independent clients of the API read and write the simulated account as they would the provider's.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use activecampaign_sim::KEY;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, each, number, people};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn python() -> PathBuf {
    let folder = std::env::var_os("SEGUE_CLIENTS")
        .map_or_else(|| Path::new(HERE).join("../../target/clients"), PathBuf::from);
    let python = folder.join("bin/python3");
    assert!(
        python.is_file(),
        "{} is missing: run ./test once: it installs the Python clients",
        python.display()
    );
    python
}

/// What a script prints that uses a client on the account.
async fn run(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> Value {
    let mut command = Command::new(python());
    command
        .arg(Path::new(HERE).join("tests/clients").join(script))
        .args([&sandbox.url(), KEY])
        .args(arguments);
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(status.success(), "{script}: {status}\n{stdout}\n{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{script}: {error}\n{stdout}\n{stderr}"))
}

#[tokio::test]
async fn activecampaign_python() {
    let sandbox = Sandbox::new().await;
    sandbox.imported(&people(230)).await;
    let read = run(&sandbox, "with_activecampaign_python.py", &[]).await;
    let ann = json!({"id": "231", "email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "phone": "+40 1"});
    assert_eq!((&read["ann"], &read["lists"]), (&ann, &json!([["5", "1"]])));
    assert_eq!((&read["values"], &read["tags"]), (&json!(["42"]), &json!(["1"])));
    assert_eq!((&read["list"], &read["field"]), (&json!("Launch"), &json!("SHOE_SIZE")));
    assert_eq!((&read["options"], &read["tag"]), (&json!(["42"]), &json!("vip")));
    assert_eq!(
        (&read["refused"], &read["gone"]),
        (&json!("duplicate"), &json!("No Result found for Subscriber with id 232"))
    );
    let emails: Vec<String> = (1..=230).map(|number| format!("person{number}@example.com")).collect();
    assert_eq!(read["contacts"], json!([emails, vec!["ann@example.com".to_owned()]].concat()));

    let held = &sandbox.held().await["ann@example.com"];
    assert_eq!((&held["lists"]["5"]["status"], &held["tags"]), (&json!(1), &json!(["vip"])));
    assert_eq!((&held["fields"], &held["phone"]), (&json!({"8": "42"}), &json!("+40 1")));
    assert_eq!(sandbox.look("state").await["contacts"], 231);
}

#[tokio::test]
async fn mcp_activecampaign() {
    let sandbox = Sandbox::with(|config| {
        (config.speed, config.limits) = (10.0, Some(activecampaign_sim::Limits::default()));
        config.knobs.set("retry-after=5").unwrap();
        config.faults = vec!["429@contacts:count=2".parse().unwrap()];
    })
    .await;
    let read = run(&sandbox, "with_mcp.py", &[]).await;
    assert_eq!(read["tools"], 65);
    assert_eq!(read["lists"], json!(["Master contact list", "Newsletter", "Customers", "Text messages"]));
    assert_eq!(read["fields"][5], "CITY");
    assert_eq!(read["ann"], json!(["ann@example.com", "Ann", "Lee", [{"id": "3", "status": "1"}]]));
    assert_eq!((&read["tags"], &read["queued"]), (&json!(["1"]), &json!("Contact import queued")));
    // Read back from what was put there in bulk.
    let imported =
        (0..230).map(|number| json!([format!("person{number}@example.com"), format!("Name {number}")]));
    let expected: Vec<Value> = std::iter::once(json!(["ann@example.com", "Ann"])).chain(imported).collect();
    assert_eq!(read["contacts"], json!(expected));

    let held = sandbox.held().await;
    assert_eq!((held.len(), &held["ann@example.com"]["fields"]), (231, &json!({"6": "Iași"})));
    // It names list and tag in a way of its own, which an import passes over.
    assert_eq!(
        (&held["person7@example.com"]["firstName"], &held["person7@example.com"]["lists"]),
        (&json!("Name 7"), &json!({}))
    );
    let journal = sandbox.look("journal").await;
    let journal = journal.as_array().unwrap();
    let refused: Vec<usize> = (0..journal.len()).filter(|&at| journal[at]["status"] == 429).collect();
    assert_eq!(refused.len(), 2);
    for at in refused {
        let waited = journal[at + 1]["at"].as_f64().unwrap() - journal[at]["at"].as_f64().unwrap();
        assert!(waited >= 5_000.0, "Retry-After said 5 seconds, and it came after {waited} ms");
    }
}

#[tokio::test]
async fn tap_activecampaign() {
    let sandbox = Sandbox::with(|config| config.extra_lists = 150).await;
    let contacts: Value = (1..=230)
        .map(|number| {
            json!({"email": format!("person{number}@example.com"), "first_name": format!("Name {number}"),
                "subscribe": [{"listid": 3}], "tags": ["vip"]})
        })
        .collect();
    sandbox.imported(&contacts).await;
    sandbox.arrange("contacts/bounce", &json!({"email": "person7@example.com"})).await;
    sandbox.faults(&["403-blip@lists:count=1"]).await;
    let streams = [
        "contacts",
        "lists",
        "contact_lists",
        "contact_tags",
        "contact_custom_fields",
        "tags",
        "bounce_logs",
    ];
    let read = run(&sandbox, "with_tap.py", &streams).await;
    assert_eq!(read["discovered"], 59);
    let of = |stream: &str| read["records"][stream].as_array().unwrap();
    let counts = streams.map(|stream| of(stream).len());
    assert_eq!(counts, [230, 154, 230, 230, 7, 1, 1]);

    let held = sandbox.held().await;
    for record in of("contacts") {
        let held = &held[record["email"].as_str().unwrap()];
        assert_eq!((&record["id"], &record["first_name"]), (&held["id"], &held["firstName"]));
        assert_eq!(record["bounced_hard"] == 1, held["bounced"] == true);
    }
    let statuses: Vec<u64> = of("contact_lists").iter().map(|record| number(&record["status"])).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 1).count(), 229);
    assert_eq!(statuses[6], 3);
    assert_eq!(each(&read["records"]["contact_custom_fields"], "perstag")[5], "CITY");
    assert_eq!(each(&read["records"]["bounce_logs"], "email"), ["person7@example.com"]);
    // Refused once for no reason, and asked again.
    let journal = sandbox.look("journal").await;
    let lists: Vec<u64> = journal
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["path"] == "lists")
        .map(|entry| number(&entry["status"]))
        .collect();
    assert_eq!(lists, [403, 200, 200]);
}
