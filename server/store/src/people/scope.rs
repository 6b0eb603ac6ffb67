//! What roles are held of, and where cadres are posted.

use super::{CountyId, PostingRow, Role, RoleScopeRow, TeamId, UserId};
use crate::{Conn, Result, sql};

/// The county whose corps the team belongs to.
pub async fn find_team_county(conn: &mut Conn, team: TeamId) -> Result<Option<CountyId>> {
    let county: Option<i64> = sql::query_scalar(
        "SELECT c.county_id FROM teams t JOIN corps c ON c.id = t.corps_id WHERE t.id = $1",
    )
    .bind(team.get())
    .fetch_optional(&mut *conn)
    .await?;
    Ok(county.map(CountyId::from_i64))
}

/// Whether there is what the role is held of; the operator's is held of nothing.
pub async fn has_role_scope(conn: &mut Conn, role: Role) -> Result<bool> {
    let text = match role {
        Role::SellerOf(_) | Role::CaptainOf(_) => "SELECT id FROM teams WHERE id = $1",
        Role::TreasurerOf(_) => "SELECT id FROM collectives WHERE id = $1",
        Role::UnitBuyer(_) | Role::UnitApprover(_) | Role::UnitFinance(_) => {
            "SELECT id FROM units WHERE id = $1"
        }
        Role::TownAdmin(_) => "SELECT id FROM towns WHERE id = $1",
        Role::CountyAdmin(_) => "SELECT id FROM counties WHERE id = $1",
        Role::Operator => return Ok(true),
    };
    let found = sql::query_scalar::<i64>(text).bind(role.scope()).fetch_optional(&mut *conn).await?;
    Ok(found.is_some())
}

/// Everything that a role of the same kind as `kind` can be held of, whatever that one is held of; nothing for the
/// operator's.
pub async fn list_role_scopes(conn: &mut Conn, kind: Role) -> Result<Vec<RoleScopeRow>> {
    let text = match kind {
        Role::SellerOf(_) | Role::CaptainOf(_) => {
            "SELECT t.id, t.name, t.name_en, o.name AS above, o.name_en AS above_en \
             FROM teams t JOIN corps o ON o.id = t.corps_id ORDER BY o.id, t.id"
        }
        Role::TreasurerOf(_) => {
            "SELECT c.id, c.name, c.name_en, w.name AS above, w.name_en AS above_en \
             FROM collectives c JOIN villages v ON v.id = c.village_id JOIN towns w ON w.id = v.town_id \
             ORDER BY w.id, c.id"
        }
        Role::UnitBuyer(_) | Role::UnitApprover(_) | Role::UnitFinance(_) => {
            "SELECT u.id, u.name, u.name_en, COALESCE(p.name, '') AS above, COALESCE(p.name_en, '') AS above_en \
             FROM units u LEFT JOIN units p ON p.id = u.parent_id ORDER BY COALESCE(u.parent_id, u.id), u.id"
        }
        Role::TownAdmin(_) => {
            "SELECT w.id, w.name, w.name_en, y.name AS above, y.name_en AS above_en \
             FROM towns w JOIN counties y ON y.id = w.county_id ORDER BY y.id, w.id"
        }
        Role::CountyAdmin(_) => {
            "SELECT y.id, y.name, y.name_en, '' AS above, '' AS above_en FROM counties y ORDER BY y.id"
        }
        Role::Operator => return Ok(Vec::new()),
    };
    Ok(sql::query_as(text).fetch_all(&mut *conn).await?)
}

/// Where the account's owner is posted on `day` (`YYYY-MM-DD`), with village and posting unit.
pub async fn list_postings(conn: &mut Conn, user: UserId, day: &str) -> Result<Vec<PostingRow>> {
    Ok(sql::query_as(
        "SELECT c.id AS cadre_id, c.slug, c.title, c.title_en, \
                v.id AS village_id, v.name AS village_name, v.name_en AS village_name_en, \
                u.id AS unit_id, u.name AS unit_name, u.name_en AS unit_name_en, c.ends_on \
         FROM cadres c JOIN villages v ON v.id = c.village_id JOIN units u ON u.id = c.unit_id \
         WHERE c.user_id = $1 AND c.starts_on <= $2 AND c.ends_on >= $2 ORDER BY c.id",
    )
    .bind(user.get())
    .bind(day.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}
