//! The key of the server: from the configuration, or from a file that the first start makes.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use service::ports::Entropy;
use service::secret_key::SecretKey;

use crate::config::Config;

/// The file in the data directory.
const FILE: &str = "secret.key";

/// The configured key, else the one of the key file, which is made when there is none.
///
/// # Errors
/// The file cannot be read or made, others on this machine may read it, or the key is too short.
pub fn load(config: &Config, entropy: &dyn Entropy) -> anyhow::Result<SecretKey> {
    if let Some(secret) = &config.secret_key {
        return Ok(SecretKey::derive(secret.reveal().trim().as_bytes())?);
    }
    let path = config.data_dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(&config.data_dir, &path, entropy).with_context(|| format!("making {}", path.display()))?;
            fs::read_to_string(&path)
        }
        read => read,
    };
    let text = text.with_context(|| format!("reading {}", path.display()))?;
    ensure_private(&path)?;
    SecretKey::derive(text.trim().as_bytes()).with_context(|| format!("in {}", path.display()))
}

/// Writes a new key beside its place and links it there, so that of two servers that start at once both read the same
/// whole one.
fn make(folder: &Path, path: &Path, entropy: &dyn Entropy) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut random = [0_u8; 40];
    entropy.fill(&mut random);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (key, mark) = random.split_at(32);
    let draft = folder.join(format!("{FILE}.{}", hex(mark)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{}", hex(key))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => {
            tracing::info!(path = %path.display(), "a secret key was made: keep a copy of it apart from the database");
            Ok(())
        }
    }
}

#[cfg(unix)]
fn ensure_private(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    ensure!(mode & 0o077 == 0, "{} may be read by others: chmod 600 it", path.display());
    Ok(())
}

#[cfg(not(unix))]
fn ensure_private(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::entropy::SystemEntropy;

    fn config(folder: &Path) -> Config {
        Settings { data_dir: Some(folder.join("data")), ..Settings::default() }.resolve(None).unwrap()
    }

    #[test]
    fn the_first_start_makes_a_key_for_its_owner_alone_and_later_ones_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let sealed = load(&config, &SystemEntropy).unwrap().seal(&SystemEntropy, "test", b"tea").unwrap();
        assert_eq!(load(&config, &SystemEntropy).unwrap().open("test", &sealed).unwrap(), b"tea");
        let files: Vec<_> =
            fs::read_dir(&config.data_dir).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, [FILE]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = config.data_dir.join(FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(load(&config, &SystemEntropy).is_err(), "a key that others may read is none");
        }
    }

    #[test]
    fn a_configured_key_needs_no_file_and_must_be_long() {
        let folder = tempfile::tempdir().unwrap();
        let with = |key: &str| {
            let settings = Settings { secret_key: Some(key.parse().unwrap()), ..Settings::default() };
            Config { data_dir: folder.path().join("none"), ..settings.resolve(None).unwrap() }
        };
        assert!(load(&with("0123456789abcdef0123456789abcdef"), &SystemEntropy).is_ok());
        assert!(load(&with("short"), &SystemEntropy).is_err());
        assert!(!folder.path().join("none").exists());
    }
}
