"""What the house does by itself, and when: the beat's schedule. Times are UTC, lengths seconds.

What is due every few seconds or minutes is let go where the worker is behind: the next one does the same work.
"""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    **{
        f"sweep-{way}": {
            "task": "notifications.tasks.sweep",
            "args": [way],
            # A killed worker takes a sweep or two with it, and what it held must go on within half a minute.
            "schedule": 5.0,
            "options": {"expires": 5},
        }
        for way in ("email", "push", "sms")
    },
    "forget-devices": {"task": "notifications.tasks.forget_devices", "schedule": 86_400.0},
    # On the hour where a worker is free; whoever's evening is over by then has the next one's.
    "send-digests": {
        "task": "notifications.tasks.send_digests",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "release-messages": {"task": "messaging.tasks.release", "schedule": 10.0, "options": {"expires": 10}},
    "publish-posts": {"task": "messaging.tasks.publish_posts", "schedule": 10.0, "options": {"expires": 10}},
    "follow-shown-changes": {
        "task": "messaging.tasks.follow_shown_changes",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "release-bulletins": {"task": "messaging.tasks.release_bulletins", "schedule": 10.0, "options": {"expires": 10}},
    "escalate-bulletins": {"task": "messaging.tasks.escalate_bulletins", "schedule": 60.0, "options": {"expires": 60}},
    "stop-bulletins": {"task": "messaging.tasks.stop_bulletins", "schedule": 60.0, "options": {"expires": 60}},
    "ask-new-readers-of-bulletins": {
        "task": "messaging.tasks.ask_new_readers",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "send-letters": {"task": "children.tasks.send_letters", "schedule": 10.0, "options": {"expires": 10}},
    "send-address-letters": {
        "task": "accounts.tasks.send_address_letters",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "make-sizes-of-pictures": {"task": "documents.tasks.make_sizes", "schedule": 10.0, "options": {"expires": 10}},
    "make-blurred-copies": {"task": "documents.tasks.make_copies", "schedule": 10.0, "options": {"expires": 10}},
    "draw-pages-of-documents": {"task": "documents.tasks.draw_pages", "schedule": 10.0, "options": {"expires": 10}},
    "find-faces-in-pictures": {"task": "documents.tasks.find_faces", "schedule": 10.0, "options": {"expires": 10}},
    "tell-of-documents": {"task": "documents.tasks.tell_of_documents", "schedule": 10.0, "options": {"expires": 10}},
    "remind-of-documents": {"task": "documents.tasks.remind_of_documents", "schedule": 3600.0},
    "tell-of-forms": {"task": "documents.tasks.tell_of_forms", "schedule": 3600.0},
    "make-extracts": {"task": "oversight.tasks.make_extracts", "schedule": 60.0, "options": {"expires": 60}},
    "forget-extracts": {
        "task": "oversight.tasks.forget_extracts",
        "schedule": crontab(hour="2", minute="10"),
        "options": {"queue": "nightly"},
    },
    "remove-what-is-over": {
        "task": "oversight.tasks.remove_what_is_over",
        "schedule": crontab(hour="2", minute="35"),  # UTC
        "options": {"queue": "nightly"},
    },
    "tidy-files": {"task": "documents.tasks.tidy", "schedule": 3600.0},
    "check-files": {
        "task": "documents.tasks.check_files",
        "schedule": crontab(hour="2", minute="50"),  # UTC
        "options": {"queue": "nightly"},
    },
    "seal-audit": {"task": "accounts.tasks.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "flag-forgotten-stays": {"task": "attendance.tasks.flag_forgotten_stays", "schedule": 1800.0},
    "learn-usual-times": {
        "task": "attendance.tasks.learn_usual_times",
        "schedule": crontab(hour="1", minute="40"),  # UTC: at night in every time zone that preschools here may have
        "options": {"queue": "nightly"},
    },
    "ask-for-consents": {
        "task": "children.tasks.ask_for_consents",
        "schedule": crontab(hour="2", minute="20"),  # UTC: after midnight here, and told when quiet hours end
        "options": {"queue": "nightly"},
    },
    "remind-of-missing-plans": {"task": "attendance.tasks.remind_of_missing_plans", "schedule": 3600.0},
    "remind-quiet-departments": {"task": "portal.tasks.remind_quiet_departments", "schedule": 3600.0},
    "tell-of-enquiries": {"task": "attendance.tasks.tell_of_enquiries", "schedule": 3600.0},
    "import-waiting-registers": {
        "task": "children.tasks.import_waiting_registers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "throw-away-unsent-files": {"task": "messaging.tasks.throw_away_unsent", "schedule": 86_400.0},
    "clear-sessions": {"task": "accounts.tasks.clear_sessions", "schedule": 86_400.0},
}
