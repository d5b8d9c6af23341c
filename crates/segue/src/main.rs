//! The command line: `push`, and `sandbox` and `demo` to try it without an account.

mod cli;
mod customers;
mod demo;
mod exit;
mod key;
mod push;
mod sandbox;
mod show;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("SEGUE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: this machine gives the program no threads: {error}");
            return exit::Code::Failure.into();
        }
    };
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Push(push) => push::push(*push).await,
            Command::Sandbox(sandbox) => sandbox::run(sandbox).await,
            Command::Demo(demo) => demo::run(&demo).await,
        }
    });
    // A thread that still reads or plans must not keep an interrupted program alive.
    runtime.shutdown_background();
    match ended {
        Ok(code) => code.into(),
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.code().into()
        }
    }
}
