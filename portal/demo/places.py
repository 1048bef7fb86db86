"""What is decided at the preschools of the demo: tablets, rules of their own, somebody kept away, a borrowed place."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from attendance.services import decide as decide_rules
from children import tablets
from children.access import Action, preschools_for
from children.protection import identities_kept_by, name_reader
from children.services.relations import block, write_allergy
from portal.demo.cast import Cast, dice
from portal.demo.people import AMINA, MARIA
from portal.lib import days

ALLERGIES = (
    "Jordnötter. Adrenalinpenna i skåpet ovanför handfatet.",
    "Mjölkprotein. Egen havremjölk i kylen.",
    "Ägg. Tål i bakat bröd.",
    "Bi och geting. Ring vårdnadshavare vid stick.",
)
WITHOUT_TABLET = "Snäckan"
QUIET_TABLET = "Tallkotten"
USUAL = [["06:00", "18:30"]] * 5 + [["07:00", "17:00"]] * 2  # a few of its families work at weekends
ALWAYS = [["00:00", "00:00"]] * 7
OWN_RULES = {"cut_off": "days_before", "cut_off_days": 3, "late_after_minutes": 10, "reminds_on": 2}
BARRED_REASON = "Beslut i tingsrätten den 3 november. Kopia hos rektor."


def set_hours(cast: Cast, now: datetime, opening: list[list[str]]) -> None:
    """Decide when the preschools are open. Whoever looks in the evening or at a weekend sees them at work, too."""
    actor = cast.leads(days.day_of(now))
    for preschool in preschools_for(actor, Action.SET_RULES):
        decide_rules(columns={"opening": opening}, actor=actor, now=now, preschool=preschool)


def pair_tablets(cast: Cast, now: datetime) -> None:
    """Give every department but one a tablet in its hall; one of them has been silent for days."""
    for department in cast.departments:
        if department.name == WITHOUT_TABLET:
            continue
        code = tablets.make_pairing_code(
            department=department, tablet_name="Hallen", actor_person=cast.principal, now=now
        )
        tablet, _secret = tablets.pair(code=code, now=now)
        if department.name == QUIET_TABLET:
            tablet.seen_at = now - timedelta(days=3, hours=2)
            tablet.save(update_fields=["seen_at"])


def name_readers(cast: Cast, now: datetime) -> None:
    """Let the principal and one of the staff open the protected identities, which somebody must before confirming."""
    actor = cast.leads()
    for identity in identities_kept_by(actor):
        for reader in (cast.principal, User.objects.with_email(MARIA.email).get()):
            name_reader(actor=actor, identity=identity, reader=reader, now=now)


def decide(cast: Cast, now: datetime) -> None:
    """Let one preschool have its own rules, keep a guardian away, lend a child a place, note allergies."""
    today, actor = days.day_of(now), cast.leads(days.day_of(now))
    decide_rules(columns=OWN_RULES, actor=actor, now=now, preschool=cast.department("Musslan").preschool)
    placed = cast.at(today)
    for department in cast.departments:
        children = placed[department.id]
        for child in dice("allergy", department.name).sample(children, min(2, len(children))):
            write_allergy(actor=actor, child=child, text=dice(child.register_id).choice(ALLERGIES), now=now)
    others = [child for child in placed[cast.department("Blåsippan").id] if child.family_name != AMINA.family_name]
    apart = next(child for child in others if len(cast.guardians[child.id]) == 2 and not child.is_protected)
    block(actor=actor, child=apart, person_id=cast.guardians[apart.id][1].id, reason=BARRED_REASON, now=now)
    lent = next(child for child in placed[cast.department("Tallkotten").id] if child.given_name != "Noor")
    lent.backup_placements.create(
        department=cast.department("Blåsippan"),
        starts_on=today,
        ends_on=today + timedelta(days=2),
        made_by=cast.principal,
    )
