//! Where photos lie: a folder of this machine, or a bucket that speaks S3's protocol (feature `s3`).

use std::sync::Arc;

use anyhow::Context as _;
use object_store::ObjectStore;

use crate::config::Config;

/// Opens the place that `media_url` names; without one, the folder `media` of the data directory.
///
/// # Errors
/// The folder cannot be made, the address is none, or this program was built without the feature it needs.
pub fn open(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match &config.media_url {
        Some(url) => open_bucket(url, config),
        None => {
            let folder = config.data_dir.join("media");
            std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
            // A photo whose upload was answered is on disk, file and directory.
            Ok(Arc::new(object_store::local::LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)))
        }
    }
}

#[cfg(not(feature = "s3"))]
fn open_bucket(url: &str, _: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    anyhow::bail!("media_url is {url}, but this program was built without the feature s3")
}

/// `s3://bucket/prefix`. Who we are is said by the environment alone (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, or
/// what the machine's role gives), so that it stands in no file of ours and in no log.
#[cfg(feature = "s3")]
fn open_bucket(url: &str, config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;

    let rest = url.strip_prefix("s3://").context("media_url must begin with s3://")?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!bucket.is_empty(), "media_url names no bucket");
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(patience())
        .with_client_options(client_options(config)?);
    if let Some(endpoint) = &config.media_endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    if let Some(region) = &config.media_region {
        builder = builder.with_region(region);
    }
    let bucket = builder.build().context("media_url")?;
    let prefix = prefix.trim_matches('/');
    if prefix.is_empty() {
        return Ok(Arc::new(bucket));
    }
    Ok(Arc::new(PrefixStore::new(bucket, prefix)))
}

/// A bucket that stumbles is asked again three times; whoever waits for a photo hears within ten seconds.
#[cfg(feature = "s3")]
fn patience() -> object_store::RetryConfig {
    use std::time::Duration;
    object_store::RetryConfig {
        backoff: object_store::BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        },
        max_retries: 3,
        retry_timeout: Duration::from_secs(8),
    }
}

#[cfg(feature = "s3")]
fn client_options(config: &Config) -> anyhow::Result<object_store::ClientOptions> {
    use std::time::Duration;
    let is_plain = config.media_endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    Ok(object_store::ClientOptions::new()
        .with_allow_http(is_plain)
        .with_connect_timeout(Duration::from_secs(3))
        .with_timeout(Duration::from_secs(10)))
}
