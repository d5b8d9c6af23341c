//! The console as a browser without scripts meets it: pages and forms.

mod audit;
mod connections;
mod customers;
mod exports;
mod people;
mod problems;
mod runs;
mod segments;
mod system;
mod tables;

use reqwest::{Method, StatusCode};

use crate::setting::{Answer, As, Site};

/// A page.
pub(crate) async fn page(who: &As<'_>, path: &str) -> Answer {
    Answer::of(who.browser(Method::GET, path)).await
}

/// A form as it is sent.
pub(crate) async fn submit(who: &As<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let kind = "application/x-www-form-urlencoded";
    Answer::of(who.browser(Method::POST, path).header("content-type", kind).body(body)).await
}

/// What is shown after a form was sent.
async fn send(who: &As<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = submit(who, path, fields).await;
    if answer.status == StatusCode::SEE_OTHER { page(who, &led_to(answer)).await } else { answer }
}

/// Where a form has led to.
#[track_caller]
pub(crate) fn led_to(answer: Answer) -> String {
    answer.expect(StatusCode::SEE_OTHER).header("location").to_owned()
}

/// The value of a hidden or typed field of a page.
#[track_caller]
pub(crate) fn value(answer: &Answer, name: &str) -> String {
    let found = answer.text.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split('>').next());
    let tag = found.unwrap_or_else(|| panic!("no field {name} in {}", answer.text));
    let value = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no value of {name} in {tag}")).to_owned()
}

/// What each page answers to an administrator, a contributor and a viewer, in this order.
pub(crate) async fn statuses(site: &Site, paths: &[&str]) -> Vec<(String, [u16; 3])> {
    let root = site.sign_in("root@example.com").await;
    let contributor = site.user(&root, "ion@example.com", "contributor").await;
    let viewer = site.user(&root, "vera@example.com", "viewer").await;
    let mut found = Vec::new();
    for path in paths {
        let mut row = [0; 3];
        for (cell, who) in row.iter_mut().zip([&root, &contributor, &viewer]) {
            *cell = page(who, path).await.status.as_u16();
        }
        found.push(((*path).to_owned(), row));
    }
    found
}

impl Answer {
    #[track_caller]
    pub(crate) fn shows(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.text.contains(part), "{part} is missing in {}", self.text);
        }
        self
    }

    #[track_caller]
    pub(crate) fn hides(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(!self.text.contains(part), "{part} is in {}", self.text);
        }
        self
    }
}
