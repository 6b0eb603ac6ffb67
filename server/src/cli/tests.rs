//! What is read from the command line, and what commands refuse to do.

use std::path::Path;

use clap::CommandFactory as _;

use super::*;

/// A shop in a folder of its own that nothing is in yet, with what a test changes.
fn config(folder: &Path, change: impl FnOnce(&mut Settings)) -> Config {
    let mut settings = Settings { data_dir: Some(folder.join("data")), ..Settings::default() };
    change(&mut settings);
    settings.resolve(None).unwrap()
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn sessions_are_ended_of_one_account_or_with_a_word_of_all() {
    let read = |words: &[&str]| Cli::try_parse_from([&["xiangji", "user", "sign-out"][..], words].concat());
    assert!(read(&["13800000001"]).is_ok() && read(&["--all"]).is_ok());
    assert!(read(&[]).is_err(), "nobody is signed out by a name that was forgotten");
    assert!(read(&["13800000001", "--all"]).is_err());
}

#[test]
fn roles_are_read_with_their_scope() {
    assert_eq!(parse_role("operator").unwrap(), Role::Operator);
    assert!(parse_role("seller:0000000000001").is_ok());
    assert!(parse_role("king").is_err());
}

#[tokio::test]
async fn a_shop_with_a_payment_key_is_not_given_accounts_whose_passwords_anybody_knows() {
    for key in ["sk_live_x", "sk_test_x"] {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), |settings| {
            settings.stripe_secret_key = Some(key.parse().unwrap());
            settings.stripe_webhook_secret = Some("whsec_x".parse().unwrap());
        });
        let refused = dispatch(Command::SeedDemo, config.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("a Stripe key is set"), "{refused}");
        assert!(!config.data_dir.exists(), "and nothing is made");
    }
}
