//! Styles and scripts. Their addresses change with their content, so that browsers keep them for good.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::problem::{Code, Problem};
use crate::secret::hexadecimal;

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal: $kind:literal),* $(,)?) => {
        &[$(Asset { name: $name, kind: $kind, text: include_str!(concat!("../../assets/", $name)) }),*]
    };
}

const ASSETS: &[Asset] = assets! {
    "app.css": "text/css; charset=utf-8",
    "forms.js": "text/javascript; charset=utf-8",
    "setup.js": "text/javascript; charset=utf-8",
    "copy.js": "text/javascript; charset=utf-8",
    "connect.js": "text/javascript; charset=utf-8",
    "export.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "upload.js": "text/javascript; charset=utf-8",
    "builder.js": "text/javascript; charset=utf-8",
    "rules.js": "text/javascript; charset=utf-8",
    "yaml.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
};

/// The beginning of the hash of every asset together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = ASSETS.iter().fold(Sha256::new(), |hash, asset| hash.chain_update(asset.text));
    hexadecimal(&hash.finalize()[..8])
});

pub(crate) fn files() -> Router<App> {
    Router::new().route("/assets/{version}/{name}", get(file))
}

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    debug_assert!(ASSETS.iter().any(|asset| asset.name == name), "there is no asset {name}");
    format!("/assets/{}/{name}", *VERSION)
}

async fn file(Path((_, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return Problem::new(Code::NotFound).into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.text).into_response()
}
