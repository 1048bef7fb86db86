"""What can be done. Who may do it says the table in `children.access`."""

from enum import StrEnum


class Action(StrEnum):
    """What can be done. The value is also the codename of Django's permission."""

    # With a child
    SEE_CHILD = "see_child"
    SEE_FILE = "see_file"
    SEE_NOTES = "see_notes"
    SEE_CONTACTS = "see_contacts"
    SEE_IDENTITY = "see_identity"
    SEE_OWN = "see_own"
    PLAN = "plan"
    PLAN_FOR = "plan_for"
    SET_HOMES = "set_homes"
    REPORT_ABSENCE = "report_absence"
    MANAGE_CONTACTS = "manage_contacts"
    TAP = "tap"
    TAP_MANY_OUT = "tap_many_out"
    CORRECT = "correct"
    WRITE_ALLERGY = "write_allergy"
    READ_DEPARTMENTS_MAIL = "read_departments_mail"
    READ_PRINCIPALS_MAIL = "read_principals_mail"
    WRITE_TO_DEPARTMENT = "write_to_department"
    WRITE_TO_PRINCIPAL = "write_to_principal"
    JOURNALISE = "journalise"
    CONFIRM_GUARDIAN = "confirm_guardian"
    BLOCK = "block"
    GRANT = "grant"
    # With a department
    SEE_BOARD = "see_board"
    LIST_CHILDREN = "list_children"
    ANNOUNCE = "announce"
    WRITE_POSTS = "write_posts"
    INVITE = "invite"
    # With a preschool
    OVERSEE = "oversee"
    PAIR_TABLETS = "pair_tablets"
    INVITE_STAFF = "invite_staff"
    SET_RULES = "set_rules"
    # With the municipality
    IMPORT_REGISTER = "import_register"
    INVITE_PRINCIPALS = "invite_principals"
    PROTECT = "protect"
    SEE_FIGURES = "see_figures"
    SEE_WAITING = "see_waiting"
    SEE_INCIDENTS = "see_incidents"
    BROADCAST = "broadcast"
    READ_JOURNAL = "read_journal"
