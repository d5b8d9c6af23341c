//! Contacts: who is found by what, and who is whom.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, each, number, people};

async fn found(sandbox: &Sandbox, query: &str) -> String {
    let answer = sandbox.get(&format!("contacts?{query}")).await.good();
    each(&answer["contacts"], "email")
        .iter()
        .map(|email| email.split('@').next().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Ann and Bob on list 3, Carl who left it, Dora on none.
async fn four() -> Sandbox {
    let sandbox = Sandbox::new().await;
    for (email, first, last, phone) in [
        ("ann@example.com", "Ann", "Zorn", "+40 1"),
        ("bob@example.com", "Bob", "Young", "+41 1"),
        ("carl@example.com", "Carl", "Xu", "+41 2"),
        ("dora@example.com", "Dora", "Wu", ""),
    ] {
        let contact =
            json!({"contact": {"email": email, "firstName": first, "lastName": last, "phone": phone}});
        sandbox.post("contact/sync", &contact).await.good();
        // Everybody comes a minute after the one before.
        sandbox.forward(60.0).await;
    }
    for (contact, status) in [(1, 1), (2, 1), (3, 1), (3, 2)] {
        sandbox.set_membership(contact, 3, status).await.good();
    }
    sandbox.post("tags", &json!({"tag": {"tag": "vip", "tagType": "contact"}})).await.good();
    sandbox.post("contactTags", &json!({"contactTag": {"contact": 2, "tag": 1}})).await.good();
    sandbox
}

#[tokio::test]
async fn filters_and_orders() {
    let sandbox = four().await;
    for (query, expected) in [
        ("", "ann bob carl dora"),
        ("listid=3", "ann bob carl"),
        ("listid=3&status=1", "ann bob"),
        ("listid=3&status=2", "carl"),
        ("listid=3&status=-1", "ann bob carl"),
        ("status=1", "ann bob"),
        ("tagid=1", "bob"),
        ("email=ANN%40example.com", "ann"),
        ("email=nobody%40example.com", ""),
        ("email_like=AR", "carl"),
        ("search=young", "bob"),
        ("phone=%2B41", "bob carl"),
        ("exclude=1", "bob carl dora"),
        ("ids[]=1&ids[]=4", "ann dora"),
        ("id_greater=2", "carl dora"),
        ("id_less=2", "ann"),
        ("orders[id]=ASC&id_greater=1&limit=2", "bob carl"),
        ("orders[id]=DESC&limit=2", "dora carl"),
        ("orders[last_name]=ASC", "dora carl bob ann"),
        ("orders[email]=DESC&offset=1", "carl bob ann"),
        ("orders[cdate]=desc&limit=1", "dora"),
        // A filter that nobody knows lets everybody through.
        ("tag_ids=1&emails=ann@example.com", "ann bob carl dora"),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn times_are_compared_whatever_their_offset() {
    let sandbox = four().await;
    let created = sandbox.get("contacts/3").await.good()["contact"]["cdate"].as_str().unwrap().to_owned();
    let local = created.trim_end_matches("-05:00").to_owned();
    // Carl came within that second, Dora a minute later.
    assert_eq!(found(&sandbox, &format!("filters[created_after]={created}")).await, "carl dora");
    assert_eq!(found(&sandbox, &format!("filters[created_before]={created}")).await, "ann bob");
    assert_eq!(found(&sandbox, &format!("filters[created_before]={local}")).await, "ann bob");
    assert_eq!(found(&sandbox, "filters[updated_after]=2001-01-01T00:00:00Z").await, "ann bob carl dora");
    assert_eq!(found(&sandbox, "filters[updated_after]=2101-01-01").await, "");
}

#[tokio::test]
async fn pages_are_capped_at_a_hundred() {
    let sandbox = Sandbox::with(|config| {
        (config.extra_lists, config.extra_fields, config.extra_tags) = (231, 232, 233);
    })
    .await;
    sandbox.imported(&people(234)).await;
    for (path, total) in [("lists", 235), ("fields", 239), ("tags", 233), ("contacts", 234)] {
        let page = |query: &'static str| {
            let sandbox = &sandbox;
            async move {
                let answer = sandbox.get(&format!("{path}?{query}")).await.good();
                assert_eq!(answer["meta"]["total"], json!(total.to_string()), "{path}?{query}");
                answer[path].as_array().unwrap().clone()
            }
        };
        assert_eq!(page("").await.len(), 20);
        assert_eq!(page("limit=1000").await.len(), 100);
        let mut ids: Vec<Value> = Vec::new();
        for query in ["limit=100", "limit=100&offset=100", "limit=100&offset=200", "limit=100&offset=300"] {
            ids.extend(page(query).await.into_iter().map(|item| item["id"].clone()));
        }
        let numbers: Vec<u64> = ids.iter().map(number).collect();
        assert_eq!(numbers, (1..=total).collect::<Vec<u64>>(), "{path}");
    }
    let input =
        sandbox.get("contacts?limit=1000&offset=3&listid=3&status=1").await.good()["meta"]["page_input"]
            .clone();
    assert_eq!((&input["limit"], &input["offset"], &input["listid"]), (&json!(100), &json!(3), &json!(3)));
    assert_eq!((&input["status"], &input["segmentid"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn more_comes_along_when_asked() {
    let sandbox = four().await;
    let value = json!({"fieldValue": {"contact": 2, "field": 6, "value": "Cluj"}});
    sandbox.post("fieldValues", &value).await.good();
    let plain = sandbox.get("contacts").await.good();
    assert!(plain.get("contactLists").is_none() && plain.get("fieldValues").is_none());
    let all = sandbox
        .get("contacts?id_greater=1&limit=2&include=contactLists,fieldValues,contactTags")
        .await
        .good();
    assert_eq!(each(&all["contactLists"], "contact"), ["2", "3"]);
    assert_eq!(each(&all["contactLists"], "status"), ["1", "2"]);
    assert_eq!(each(&all["fieldValues"], "value"), ["Cluj"]);
    assert_eq!(each(&all["contactTags"], "tag"), ["1"]);
    // Unlike these, the collections hold everybody.
    assert_eq!(sandbox.get("contactLists").await.good()["meta"]["total"], "3");
    assert_eq!(each(&sandbox.get("contactTags").await.good()["contactTags"], "contact"), ["2"]);
}

#[tokio::test]
async fn the_plural_of_sync_creates() {
    let sandbox = Sandbox::new().await;
    let contact = json!({"contact": {"email": "ann@example.com"}});
    assert_eq!(sandbox.post("contact/sync", &contact).await.status, 201);
    assert_eq!(sandbox.post("contact/sync", &contact).await.status, 200);
    let refused = sandbox.post("contacts/sync", &contact).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["code"]), (422, &json!("duplicate")));
    let other = json!({"contact": {"email": "bob@example.com"}});
    assert_eq!(sandbox.post("contacts/sync", &other).await.status, 201);
}

#[tokio::test]
async fn an_address_is_one_contact_whatever_its_case() {
    let sandbox = Sandbox::new().await;
    let ann = sandbox.contact("Ann@Example.com").await;
    assert_eq!(sandbox.contact(" ann@example.COM").await, ann);
    sandbox.imported(&json!([{"email": "ANN@example.com", "first_name": "Ann"}])).await;
    let held = sandbox.held().await;
    // It is kept as it was first given.
    assert_eq!((held.len(), &held["Ann@Example.com"]["firstName"]), (1, &json!("Ann")));
    sandbox.contact("bob@example.com").await;
    let rename = |email: &str| json!({"contact": {"email": email}});
    assert_eq!(sandbox.patch(&format!("contacts/{ann}"), &rename("BOB@example.com")).await.status, 422);
    assert_eq!(sandbox.patch(&format!("contacts/{ann}"), &rename("anna@example.com")).await.status, 200);
    assert_ne!(sandbox.contact("ann@example.com").await, ann);
    assert_eq!(sandbox.contact("anna@example.com").await, ann);
}

#[tokio::test]
async fn what_is_left_out_stays_and_what_is_empty_clears() {
    let sandbox = Sandbox::new().await;
    let sync = |contact: Value| {
        let sandbox = &sandbox;
        async move { sandbox.post("contact/sync", &json!({ "contact": contact })).await.good() }
    };
    let values = json!([{"field": 6, "value": "Cluj"}]);
    sync(json!({"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "fieldValues": values}))
        .await;
    sync(json!({"email": "ann@example.com", "lastName": "", "fieldValues": [{"field": 7, "value": "0042"}]}))
        .await;
    let held = &sandbox.held().await["ann@example.com"];
    assert_eq!((&held["firstName"], &held["lastName"]), (&json!("Ann"), &json!("")));
    assert_eq!(held["fields"], json!({"6": "Cluj", "7": "0042"}));
}

#[tokio::test]
async fn contacts_without_an_address() {
    let sandbox = Sandbox::new().await;
    let refused = json!({"contact": {"phone": "+40 1"}});
    assert_eq!(sandbox.post("contacts", &refused).await.status, 422);
    let allowed = json!({"contact": {"phone": "+40 1"}, "allowNullEmail": true});
    let ids: Vec<u64> = [
        number(&sandbox.post("contacts", &allowed).await.good()["contact"]["id"]),
        number(&sandbox.post("contacts", &allowed).await.good()["contact"]["id"]),
    ]
    .into();
    assert_eq!(ids, [1, 2]);
    assert_eq!(sandbox.get("contacts/1").await.good()["contact"]["email"], "");
    let named = json!({"contact": {"email": "ann@example.com"}});
    assert_eq!(sandbox.put("contacts/1", &named).await.status, 200);
    assert_eq!(sandbox.contact("ann@example.com").await, 1);
    assert_eq!(sandbox.delete("contacts/2").await.status, 200);
}

#[tokio::test]
async fn the_plan_does_not_limit_single_contacts() {
    let sandbox = Sandbox::with(|config| config.contact_limit = Some(1)).await;
    sandbox.contact("ann@example.com").await;
    sandbox.contact("bob@example.com").await;
    assert_eq!(sandbox.look("state").await["contacts"], 2);
    assert_eq!(sandbox.get("settings/account").await.good()["account"]["subscriber_limit"], "1");
}
