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
    // The shop has one county, and whoever makes the account finds out which.
    assert_eq!(parse_role("county-admin").unwrap().kind(), "county_admin");
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

/// Every command that asks about a shop or changes its accounts.
fn commands_on_a_shop() -> Vec<Command> {
    let words: [&[&str]; 7] = [
        &["verify"],
        &["refunds"],
        &["user", "add", "13800000001", "--name", "运维", "--role", "operator"],
        &["user", "bar", "13800000001"],
        &["user", "sign-out", "--all"],
        &["user", "reset-second-factor", "13800000001"],
        &["status"],
    ];
    words.map(|words| Cli::parse_from([&["xiangji"][..], words].concat()).command).into()
}

#[tokio::test]
async fn where_no_shop_is_none_is_made_and_no_books_are_called_sound() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = config(folder.path(), |_| {});
    for command in commands_on_a_shop() {
        let asked = format!("{command:?}");
        let refused = dispatch(command, nowhere.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("there is no database at"), "{asked}: {refused}");
        assert!(!nowhere.data_dir.exists(), "{asked} made a shop");
    }

    // A file that holds no shop, as a command broken off while it made one may leave it.
    let path = nowhere.sqlite_path().unwrap();
    std::fs::create_dir_all(&nowhere.data_dir).unwrap();
    std::fs::write(&path, "").unwrap();
    for command in commands_on_a_shop() {
        let asked = format!("{command:?}");
        let refused = dispatch(command, nowhere.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("the database holds no shop"), "{asked}: {refused}");
    }

    dispatch(Command::Migrate, nowhere.clone()).await.unwrap();
    assert!(dispatch(Command::Verify, nowhere).await.is_ok(), "an empty shop is one");
}

#[tokio::test]
async fn the_books_of_an_older_schema_are_not_migrated_by_being_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), |_| {});
    let older = store::newest_schema_version() - 1;
    let db = store::Db::connect(config.database_url.reveal(), 2).await.unwrap();
    db.migrate_to(older).await.unwrap();
    for command in [Command::Verify, Command::Refunds { retry: None }] {
        let refused = dispatch(command, config.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("xiangji migrate"), "{refused}");
    }
    assert_eq!(db.find_schema_version().await.unwrap(), older, "a server of that release may be using it");
    db.close().await;
}

/// An output that cannot be written to.
#[derive(Debug)]
struct Failing(ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_gone_ends_no_command() {
    let mut read = Vec::new();
    print_line(&mut read, format_args!("{} orders", 3));
    assert_eq!(read, b"3 orders\n");
    for kind in [ErrorKind::BrokenPipe, ErrorKind::StorageFull] {
        print_line(&mut Failing(kind), format_args!("{} orders", 3));
    }
}

#[tokio::test]
async fn whoever_asks_after_a_shop_that_does_not_answer_reads_which_address_was_asked() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), |settings| settings.address = Some(free));
    let refused = dispatch(Command::Upkeep(upkeep::Upkeep::Health), config).await.unwrap_err();
    let said = format!("{refused:#}");
    assert!(said.starts_with(&format!("asking {free}: ")), "{said}");
}
