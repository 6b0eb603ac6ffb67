use super::*;

#[test]
fn secrets_are_not_shown() {
    let settings = Settings {
        stripe_secret_key: Some(Secret("sk_live_x".to_owned())),
        stripe_webhook_secret: Some(Secret("whsec_x".to_owned())),
        smtp_url: Some(Secret("smtps://u:mailword@h".to_owned())),
        mail_from: Some("no-reply@shop.example".to_owned()),
        database_url: Some(Secret("postgres://u:password@h/d".to_owned())),
        ..Settings::default()
    };
    let shown = format!("{settings:?} {:?}", settings.clone().resolve(None).unwrap());
    for hidden in ["sk_live_x", "whsec_x", "mailword", "password"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn a_stripe_key_alone_is_refused_and_no_key_means_demonstration() {
    let half = Settings { stripe_secret_key: Some(Secret("sk_x".to_owned())), ..Settings::default() };
    assert!(half.resolve(None).is_err());
    let none = Settings::default().resolve(None).unwrap();
    assert!(none.is_demo() && !none.is_secure());
    assert_eq!(none.lookalike_address.port(), 3001);
}

#[test]
fn what_would_take_money_from_nobody_or_for_anybody_is_refused() {
    let keys = |key: &str, webhook: &str| Settings {
        stripe_secret_key: Some(Secret(key.to_owned())),
        stripe_webhook_secret: Some(Secret(webhook.to_owned())),
        ..Settings::default()
    };
    assert!(keys("sk_live_x", "").resolve(None).is_err());
    assert!(keys(" ", "whsec_x").resolve(None).is_err());
    assert!(keys("sk_live_x", "whsec_x").resolve(None).unwrap().takes_real_money());
    assert!(!keys("sk_test_x", "whsec_x").resolve(None).unwrap().takes_real_money());
    assert!(!Settings::default().resolve(None).unwrap().takes_real_money());
    let open = SocketAddr::from(([0, 0, 0, 0], 3001));
    assert!(Settings { lookalike_address: Some(open), ..Settings::default() }.resolve(None).is_err());
}

#[test]
fn letters_are_handed_over_unseen_or_on_this_machine() {
    let is_taken = |url: &str| {
        let settings = Settings {
            smtp_url: Some(Secret(url.to_owned())),
            mail_from: Some("no-reply@shop.example".to_owned()),
            ..Settings::default()
        };
        settings.resolve(None).is_ok()
    };
    for url in [
        "smtps://u:p@mail.example",
        "smtp://u:p@mail.example:587?tls=required",
        "smtp://127.0.0.1:25",
        "smtp://localhost",
        "smtp://u:p@[::1]:2525/shop.example",
        "smtp://[::1]",
    ] {
        assert!(is_taken(url), "{url}");
    }
    for url in [
        "",
        "smtp://mail.example",
        "smtp://u:p@mail.example:25",
        "smtp://mail.example?tls=opportunistic",
        "smtp://127.0.0.1@mail.example:25",
        "http://127.0.0.1",
    ] {
        assert!(!is_taken(url), "{url}");
    }
}

#[test]
fn flags_win_over_the_file_and_unknown_keys_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xiangji.toml");
    std::fs::write(&path, "max_requests = 7\ncontact = \"file\"\n[rules]\nafter_sale_days = 9\n").unwrap();
    let flags = Settings { contact: Some("flag".to_owned()), ..Settings::default() };
    let config = flags.resolve(Some(&path)).unwrap();
    assert_eq!((config.max_requests, config.contact.as_str()), (7, "flag"));
    assert_eq!(config.rules.after_sale_days, 9);
    std::fs::write(&path, "max_request = 7\n").unwrap();
    assert!(Settings::default().resolve(Some(&path)).is_err());
}

#[test]
fn the_table_names_every_setting() {
    let table = table();
    assert!(table.contains("`public_url` | `XIANGJI_PUBLIC_URL`"), "{table}");
    assert!(table.contains("`database_url` | `DATABASE_URL`"), "{table}");
}
