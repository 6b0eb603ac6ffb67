//! A photo over a network that comes and goes.

use domain::failure::FieldError;
use domain::role::Role;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::listing::tests::{county, person, seller};

const TEAM: TeamId = TeamId::from_i64(6);
const OTHER_TEAM: TeamId = TeamId::from_i64(7);
const PHOTO: &[u8] = include_bytes!("../../data/demo/pictures/certificate-farm-produce.webp");
const STEP: usize = MIN_PIECE_BYTES;

fn piece_of(photo: &[u8], from: usize, bytes: usize) -> Piece {
    let until = photo.len().min(from + bytes);
    Piece {
        digest: hex_digest(photo),
        length_bytes: size(photo.len()),
        offset_bytes: size(from),
        bytes: Bytes::copy_from_slice(&photo[from.min(until)..until]),
    }
}

async fn send(fixture: &Fixture, piece: &Piece) -> Result<Progress> {
    take_piece(&fixture.services, &seller(), TEAM, piece).await
}

async fn received(fixture: &Fixture, piece: &Piece) -> i64 {
    let told = send(fixture, piece).await.unwrap();
    assert_eq!(told.photo, None);
    told.received_bytes
}

/// Names of what lies with the photos, unfinished ones only.
async fn pieces_kept(fixture: &Fixture) -> usize {
    let folder = Path::from(FOLDER);
    let found: Vec<_> = fixture.services.media.list(Some(&folder)).try_collect().await.unwrap();
    found.len()
}

fn problem(outcome: Result<Progress>) -> FieldError {
    match outcome {
        Err(ServiceError::Invalid(mut problems)) => problems.remove(0),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_photo_goes_on_where_its_connection_was_cut_and_is_the_one_that_was_sent_at_once() {
    let fixture = county().await;
    assert!(PHOTO.len() > 2 * STEP, "the photo of this test comes in pieces");
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, 0)).await, 0, "nothing has come");
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, STEP)).await, size(STEP));
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, STEP)).await, size(STEP), "its answer got lost");
    assert_eq!(received(&fixture, &piece_of(PHOTO, 2 * STEP, STEP)).await, size(STEP), "beyond a gap");
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, 0)).await, size(STEP), "asked after a reload");
    let last = piece_of(PHOTO, STEP, PHOTO.len());
    let whole = send(&fixture, &last).await.unwrap();
    let photo = whole.photo.clone().unwrap();
    assert_eq!(send(&fixture, &last).await.unwrap(), whole, "the last answer got lost");
    assert_eq!(pieces_kept(&fixture).await, 0, "nothing is left behind");
    let at_once = photos::upload_photo(&fixture.services, &seller(), TEAM, Bytes::from_static(PHOTO), "k")
        .await
        .unwrap();
    assert_eq!(photo, at_once);
    let colleague = person(8, &[Role::SellerOf(OTHER_TEAM)]);
    let known = take_piece(&fixture.services, &colleague, OTHER_TEAM, &piece_of(PHOTO, 0, 0)).await.unwrap();
    assert_eq!(known.photo, Some(photo), "what is known is not sent again");
}

#[tokio::test]
async fn pieces_that_do_not_make_the_photo_are_thrown_away_and_it_is_begun_anew() {
    let fixture = county().await;
    let mut other = PHOTO.to_vec();
    other[STEP + 7] ^= 1;
    received(&fixture, &piece_of(PHOTO, 0, STEP)).await;
    let mut forged = piece_of(&other, STEP, other.len());
    forged.digest = hex_digest(PHOTO);
    assert_eq!(problem(send(&fixture, &forged).await), FieldError::new("photo", Problem::PhotoBroken));
    assert_eq!(pieces_kept(&fixture).await, 0);
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, 0)).await, 0);

    let heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic";
    let refused = problem(send(&fixture, &piece_of(heic, 0, heic.len())).await);
    assert_eq!(
        refused,
        FieldError::new("photo", Problem::PhotoHeic),
        "the same checks as of one sent at once"
    );
    assert_eq!(pieces_kept(&fixture).await, 0);
}

#[tokio::test]
async fn what_is_no_piece_of_a_photo_is_refused_before_anything_is_kept() {
    let fixture = county().await;
    let good = piece_of(PHOTO, 0, STEP);
    let too_long = size(Limits::default().upload_bytes) + 1;
    let cases = [
        (Piece { digest: "../../etc/passwd".to_owned(), ..good.clone() }, "digest"),
        (Piece { digest: "A".repeat(64), ..good.clone() }, "digest"),
        (Piece { length_bytes: 0, ..good.clone() }, "photo"),
        (Piece { length_bytes: -5, ..good.clone() }, "photo"),
        (Piece { length_bytes: too_long, ..good.clone() }, "photo"),
        (Piece { offset_bytes: -1, ..good.clone() }, "piece"),
        (Piece { offset_bytes: i64::MAX, ..good.clone() }, "piece"),
        (Piece { offset_bytes: i64::MIN, ..good.clone() }, "piece"),
        (Piece { offset_bytes: good.length_bytes - 1, ..good.clone() }, "piece"),
        (Piece { bytes: good.bytes.slice(..STEP - 1), ..good.clone() }, "piece"),
        (
            Piece { bytes: Bytes::from(vec![0; MAX_PIECE_BYTES + 1]), length_bytes: 9 << 20, ..good.clone() },
            "piece",
        ),
    ];
    for (piece, field) in cases {
        assert_eq!(problem(send(&fixture, &piece).await).field, field, "{piece:?}");
    }
    assert_eq!(pieces_kept(&fixture).await, 0);
    received(&fixture, &good).await;
    let longer = Piece { length_bytes: good.length_bytes + 1, ..good.clone() };
    assert_eq!(problem(send(&fixture, &longer).await).field, "length", "one photo has one length");
}

#[tokio::test]
async fn nobody_adds_to_the_photo_of_another_and_only_sellers_of_the_team_begin_one() {
    let fixture = county().await;
    let first = piece_of(PHOTO, 0, STEP);
    received(&fixture, &first).await;
    let colleague = person(10, &[Role::SellerOf(TEAM)]);
    let asked = take_piece(&fixture.services, &colleague, TEAM, &piece_of(PHOTO, 0, 0)).await.unwrap();
    assert_eq!(asked.received_bytes, 0, "each sends their own");
    let next = piece_of(PHOTO, STEP, STEP);
    let added = take_piece(&fixture.services, &colleague, TEAM, &next).await.unwrap();
    assert_eq!(added.received_bytes, 0);
    assert_eq!(received(&fixture, &piece_of(PHOTO, 0, 0)).await, size(STEP));
    for stranger in [person(8, &[Role::SellerOf(OTHER_TEAM)]), person(8, &[]), Viewer::default()] {
        let refused = take_piece(&fixture.services, &stranger, TEAM, &first).await;
        assert!(
            matches!(refused, Err(ServiceError::Forbidden | ServiceError::Unauthenticated)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_person_has_ten_unfinished_photos_and_none_older_than_three_days() {
    let fixture = county().await;
    let photo = |number: u8| [PHOTO, &[number]].concat();
    for number in 0..=10 {
        fixture.clock.advance(1_000);
        assert_eq!(received(&fixture, &piece_of(&photo(number), 0, STEP)).await, size(STEP));
    }
    assert_eq!(pieces_kept(&fixture).await, 10, "the one that moved longest ago is gone");
    assert_eq!(received(&fixture, &piece_of(&photo(10), 0, 0)).await, size(STEP));
    assert_eq!(received(&fixture, &piece_of(&photo(0), 0, 0)).await, 0, "it is begun anew");

    fixture.clock.advance(KEEP_MS - 5_000);
    assert_eq!(received(&fixture, &piece_of(&photo(10), STEP, STEP)).await, size(2 * STEP));
    fixture.clock.advance(10_000);
    crate::worker::sweep(&fixture.services).await.unwrap();
    assert_eq!(pieces_kept(&fixture).await, 2, "only the one that still moves is left, with both pieces");
    assert_eq!(received(&fixture, &piece_of(&photo(10), 0, 0)).await, size(2 * STEP));
    fixture.clock.advance(KEEP_MS + 1);
    assert_eq!(purge(&fixture.services).await.unwrap(), 1);
    assert_eq!(pieces_kept(&fixture).await, 0);
}

#[tokio::test]
async fn the_same_piece_thirty_times_at_once_is_one_piece() {
    let fixture = county().await;
    let first = piece_of(PHOTO, 0, STEP);
    let told = futures::future::join_all((0..30).map(|_| send(&fixture, &first))).await;
    assert!(told.into_iter().all(|told| told.unwrap().received_bytes == size(STEP)));
    let last = piece_of(PHOTO, STEP, PHOTO.len());
    let told = futures::future::join_all((0..30).map(|_| send(&fixture, &last))).await;
    let photos: Vec<_> = told.into_iter().flatten().filter_map(|told| told.photo).collect();
    assert!(!photos.is_empty() && photos.iter().all(|photo| *photo == photos[0]));
    assert_eq!(send(&fixture, &last).await.unwrap().photo.as_ref(), photos.first());
    assert_eq!(pieces_kept(&fixture).await, 0);
}

#[tokio::test]
async fn a_piece_that_comes_while_the_photo_is_given_up_leaves_nothing_behind() {
    let fixture = county().await;
    for number in 0..20_u8 {
        let photo = [PHOTO, &[number]].concat();
        received(&fixture, &piece_of(&photo, 0, STEP)).await;
        fixture.clock.advance(KEEP_MS + 1);
        let next = piece_of(&photo, STEP, STEP);
        let (came, given_up) = futures::future::join(send(&fixture, &next), purge(&fixture.services)).await;
        given_up.unwrap();
        assert!(matches!(came, Ok(_) | Err(ServiceError::Busy)), "{came:?}");
        // Whichever was first: it can be finished, from where it says or anew.
        let mut told = send(&fixture, &piece_of(&photo, 0, 0)).await.unwrap();
        for _piece in 0..10 {
            if told.photo.is_some() {
                break;
            }
            let from = usize::try_from(told.received_bytes).unwrap();
            told = send(&fixture, &piece_of(&photo, from, 1 << 20)).await.unwrap();
        }
        assert!(told.photo.is_some(), "{told:?}");
        assert_eq!(pieces_kept(&fixture).await, 0, "round {number}");
    }
}

#[tokio::test]
async fn pieces_that_a_restored_shop_has_lost_are_asked_for_again() {
    let fixture = county().await;
    received(&fixture, &piece_of(PHOTO, 0, STEP)).await;
    let folder = Path::from(FOLDER);
    let found: Vec<_> = fixture.services.media.list(Some(&folder)).try_collect().await.unwrap();
    for object in found {
        fixture.services.media.delete(&object.location).await.unwrap();
    }
    assert_eq!(received(&fixture, &piece_of(PHOTO, STEP, PHOTO.len())).await, 0);
    let whole = send(&fixture, &piece_of(PHOTO, 0, 1 << 20)).await.unwrap();
    assert!(whole.photo.is_some());
}
