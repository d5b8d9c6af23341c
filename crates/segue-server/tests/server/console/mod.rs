//! Pages as a browser shows them.

mod exports;
mod runs;
mod system;

use reqwest::Method;

use crate::setting::{Answer, As};

/// What stands under an address.
async fn page(who: &As<'_>, path: &str) -> Answer {
    Answer::of(who.browse(Method::GET, path)).await
}

/// What a form leads to.
async fn send(who: &As<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = ("content-type", "application/x-www-form-urlencoded");
    Answer::of(who.browse(Method::POST, path).header(form.0, form.1).body(body)).await
}

impl Answer {
    #[track_caller]
    fn shows(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.text.contains(part), "{part} is missing in {}", self.text);
        }
        self
    }

    #[track_caller]
    fn hides(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(!self.text.contains(part), "{part} is in {}", self.text);
        }
        self
    }
}
