"""Addresses of the children's room."""

from django.urls import path

from children.views import (
    consents,
    contacts,
    devices,
    frozen,
    homes,
    invitations,
    personnel,
    protecting,
    protection,
    register,
    relations,
    staff,
    staff_consents,
    tablets,
)

app_name = "children"

urlpatterns = [
    # Those who work with children
    path("barn/<uuid:child_id>/", staff.child, name="child"),
    path("barn/<uuid:child_id>/allergi/", staff.allergy, name="allergy"),
    path("avdelning/<uuid:department_id>/barn/", staff.department_list, name="department_children"),
    path("forskola/<uuid:preschool_id>/barn/", staff.preschool_list, name="preschool_children"),
    path("vardnadshavare/", relations.pending, name="pending"),
    path("avdelning/<uuid:department_id>/vardnadshavare/", relations.confirm, name="confirm"),
    path("avdelning/<uuid:department_id>/inbjudningar/", invitations.invitations, name="invitations"),
    path("avdelning/<uuid:department_id>/inbjudningar/granska/", invitations.review, name="invitations_review"),
    path("avdelning/<uuid:department_id>/inbjudningar/brev/", invitations.letters, name="invitations_letters"),
    path("avdelning/<uuid:department_id>/inbjudningar/skicka/", invitations.send, name="invitations_send"),
    path("barn/<uuid:child_id>/tva-hem/", homes.of_child, name="child_homes"),
    path("barn/<uuid:child_id>/medgivanden/", staff_consents.of_child, name="child_consents"),
    path("avdelning/<uuid:department_id>/medgivanden/", staff_consents.department, name="department_consents"),
    path("avdelning/<uuid:department_id>/medgivanden/paminn/", staff_consents.remind, name="consents_remind"),
    path("forskola/<uuid:preschool_id>/medgivanden/", staff_consents.preschool, name="preschool_consents"),
    # Guardians
    path("medgivanden/", consents.consents, name="consents"),
    path("medgivanden/historik/", consents.history, name="consents_history"),
    path("tva-hem/", homes.homes, name="homes"),
    path("tva-hem/svar/", homes.answer, name="homes_answer"),
    path("tva-hem/dela/", homes.share, name="homes_share"),
    path("tva-hem/ett-hem/", homes.one_home, name="homes_end"),
    path("barn/<uuid:child_id>/kontakter/", contacts.contacts, name="contacts"),
    path("barn/<uuid:child_id>/kontakter/<uuid:contact_id>/bort/", contacts.contact_remove, name="contact_remove"),
    # Principals
    path("barn/<uuid:child_id>/sparr/", relations.block_guardian, name="block"),
    path("barn/<uuid:child_id>/sparr/<uuid:block_id>/hav/", relations.block_lift, name="block_lift"),
    path("barn/<uuid:child_id>/behorighet/", relations.grants, name="grants"),
    path("barn/<uuid:child_id>/behorighet/<uuid:person_id>/bort/", relations.grant_withdraw, name="grant_withdraw"),
    path("skyddat/<uuid:identity_id>/", protection.identity, name="identity"),
    path("skyddade/", protection.kept, name="kept"),
    path("skyddade/<uuid:identity_id>/", protection.readers, name="readers"),
    path("skyddade/<uuid:identity_id>/bort/", protection.reader_remove, name="reader_remove"),
    path("skyddade/<uuid:identity_id>/hav/", protection.lift, name="protection_lift"),
    path("frysta/", frozen.frozen, name="frozen"),
    path("frysta/<uuid:person_id>/oppna/", frozen.unfreeze, name="unfreeze"),
    path("forskola/<uuid:preschool_id>/personal/", personnel.staff, name="staff"),
    path("forskola/<uuid:preschool_id>/personal/granska/", personnel.review, name="staff_review"),
    path("forskola/<uuid:preschool_id>/personal/brev/", personnel.letters, name="staff_letters"),
    path("forskola/<uuid:preschool_id>/personal/skicka/", personnel.send, name="staff_send"),
    path("forskola/<uuid:preschool_id>/plattor/", tablets.tablets, name="tablets"),
    path("forskola/<uuid:preschool_id>/plattor/kod/<uuid:code_id>/", tablets.tablet_code, name="tablet_code"),
    path(
        "forskola/<uuid:preschool_id>/plattor/<uuid:tablet_id>/stang-ute/", tablets.tablet_revoke, name="tablet_revoke"
    ),
    # The device
    path("platta/", devices.tablet, name="tablet"),
    path("platta/para/", devices.pair, name="pair"),
    path("platta/pin/", devices.pin, name="pin"),
    path("platta/pin/slut/", devices.pin_end, name="pin_end"),
    # Administrators
    path("personal/", personnel.leaders, name="leaders"),
    path("personal/granska/", personnel.review, name="leaders_review"),
    path("personal/brev/", personnel.letters, name="leaders_letters"),
    path("personal/skicka/", personnel.send, name="leaders_send"),
    path("personal/roll/", personnel.role_give, name="role_give"),
    path("personal/roll/<uuid:role_id>/avsluta/", personnel.role_end, name="role_end"),
    path("regler/medgivanden/", staff_consents.rules, name="consent_rules"),
    path("skydda/", protecting.search, name="protect"),
    path("skydda/<uuid:bearer_id>/", protecting.protect, name="protect_one"),
    path("register/", register.register, name="register"),
    path("register/<uuid:run_id>/", register.register_run, name="register_run"),
]
