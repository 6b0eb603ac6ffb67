//! What arrives as files: single photos from the island, and the whole form from a browser without scripts.

use std::collections::HashSet;

use axum::body::Bytes;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{ProductId, TeamId};
use domain::option_matrix::with_options;
use service::listing::ListingStatus;
use service::pieces::{MAX_PIECE_BYTES, Piece};
use service::{ServiceError, Services, Viewer};

use super::api::DraftForm;
use super::photo_uploader::Change;
use super::save::{photo_id, save};
use super::{LISTING_PATH, PHOTOS_PATH, PIECES_PATH, stock_path, typed};
use crate::AppError;
use crate::form::{Answer, Then, UploadForm, UploadedFile, submit, submit_upload};
use crate::routes::{Upload, paths};

/// The uploads of this feature.
pub fn uploads() -> Vec<Upload> {
    vec![
        Upload::new(PHOTOS_PATH, 13 << 20, upload_photos),
        Upload::new(PIECES_PATH, MAX_PIECE_BYTES + (64 << 10), upload_piece),
        Upload::new(LISTING_PATH, 110 << 20, post_listing),
    ]
}

/// One photo a request: the answer is the stored photo.
async fn upload_photos(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, mut form| async move {
        viewer.require_user()?;
        let team: TeamId = form.value("team").parse().map_err(|_| ServiceError::NotFound)?;
        let key = form.value("key").to_owned();
        let Some(file) = form.files.pop() else {
            return Err(ServiceError::invalid("photo", Problem::Missing));
        };
        let photo =
            service::photos::upload_photo(&services, &viewer, team, Bytes::from(file.bytes), &key).await?;
        Ok(Then::stay(photo))
    })
    .await
}

/// A piece of one photo, or none to ask how much of it has come.
async fn upload_piece(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, mut form| async move {
        viewer.require_user()?;
        let team: TeamId = form.value("team").parse().map_err(|_| ServiceError::NotFound)?;
        let number = |field: &'static str| {
            form.value(field).parse::<i64>().map_err(|_| ServiceError::invalid(field, Problem::NotANumber))
        };
        let (length_bytes, offset_bytes) = (number("length")?, number("offset")?);
        let bytes = form.files.pop().map(|file| Bytes::from(file.bytes)).unwrap_or_default();
        let piece = Piece { digest: form.value("digest").to_owned(), length_bytes, offset_bytes, bytes };
        Ok(Then::stay(service::pieces::take_piece(&services, &viewer, team, &piece).await?))
    })
    .await
}

/// The whole form, with files, and with what to do next.
async fn post_listing(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    let UploadForm { values, files } = form;
    let pairs = values.into_iter().map(|(name, value)| (typed::dotted(&name), value));
    let typed: DraftForm = typed::read(pairs);
    submit(typed, |services, viewer, form| async move {
        let path = follow(&services, &viewer, form, files).await?;
        Ok(Then::go(path, serde_json::Value::Null))
    })
    .await
}

/// Saves, then does what the button said; answers where to go.
async fn follow(
    services: &Services,
    viewer: &Viewer,
    mut form: DraftForm,
    files: Vec<UploadedFile>,
) -> service::Result<String> {
    viewer.require_user()?;
    let product: ProductId = form.product.parse().map_err(|_| ServiceError::NotFound)?;
    let stored = service::listing::edit_page(services, viewer, product).await?;
    let team = stored.team;
    // A page from before it was published has the button still: saving for a look would change what people buy.
    if form.then == "preview" && stored.status == ListingStatus::Published {
        return Err(Conflict::StateChanged.into());
    }
    let mut refused = add_photos(services, viewer, team, &mut form, files).await?;
    let (action, subject) = form.then.split_once('.').unwrap_or((form.then.as_str(), ""));
    arrange(&mut form.listing.photos, action, subject);
    if action == "make_variants" {
        let rows = super::save::kept_rows(&form.listing.variants);
        let present: Vec<_> = rows.into_iter().map(|(_, row)| row.clone()).collect();
        let made = with_options(&present, &form.contents, &form.packings, &form.listing.base_unit);
        form.listing.variants = made.map_err(|(field, problem)| ServiceError::invalid(field, problem))?;
    }
    let saved = save(services, viewer, &form).await?;
    refused.extend(saved.problems);
    if !refused.is_empty() {
        return Err(ServiceError::Invalid(refused));
    }
    let page = paths::team_product(team, product);
    Ok(match action {
        "preview" => paths::team_product_preview(team, product),
        "stock" => stock_path(team, product),
        "make_variants" => format!("{page}#f-variants"),
        "add_variant" => format!("{page}?rows=1#f-variants"),
        "publish" => {
            service::listing::publish(services, viewer, product).await?;
            format!("{page}?done=published")
        }
        "submit" => {
            service::listing::submit(services, viewer, product).await?;
            format!("{page}?done=submitted")
        }
        action if action.starts_with("photo") => format!("{page}#f-photos"),
        _ => format!("{page}?done=saved"),
    })
}

/// Stores the files and puts them behind the form's photos; a file that is refused does not stop the others.
async fn add_photos(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    form: &mut DraftForm,
    files: Vec<UploadedFile>,
) -> service::Result<Vec<FieldError>> {
    let mut refused = Vec::new();
    let mut known: HashSet<String> =
        form.listing.photos.iter().map(|text| photo_id(text).to_owned()).collect();
    for file in files {
        // The same bytes are the same photo, so no key has to hold two sendings together.
        match service::photos::upload_photo(services, viewer, team, Bytes::from(file.bytes), "").await {
            Ok(photo) => {
                let id = photo.media_id.to_string();
                if known.insert(id.clone()) {
                    form.listing.photos.push(format!("{id}:{}", photo.content_hash));
                }
            }
            Err(ServiceError::Invalid(errors)) => {
                refused.extend(errors.into_iter().map(|error| FieldError::new("photos", error.problem)));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(refused)
}

/// Moves or removes a photo as one of its buttons says.
fn arrange(photos: &mut Vec<String>, action: &str, subject: &str) {
    let Some(at) = photos.iter().position(|text| photo_id(text) == subject) else { return };
    if let Some(change) = Change::of_word(action) {
        change.apply(photos, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_moved_by_their_buttons() {
        let mut photos = vec!["a:1".to_owned(), "b:2".to_owned(), "c:3".to_owned()];
        arrange(&mut photos, "photo_earlier", "c");
        assert_eq!(photos, ["a:1", "c:3", "b:2"]);
        arrange(&mut photos, "photo_later", "b");
        assert_eq!(photos, ["a:1", "c:3", "b:2"], "the last one stays the last");
        arrange(&mut photos, "photo_remove", "a");
        assert_eq!(photos, ["c:3", "b:2"]);
    }
}
