"""Django's own door to the access table."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from guardian.backends import ObjectPermissionBackend

from accounts.models import User
from children import access
from children.actors import Actor
from children.models import Child, Department, Preschool

ACTIONS = {action.value: action for action in access.Action}


class AccessBackend(ObjectPermissionBackend):
    """Makes `user.has_perm("children.report_absence", child)` give the answer of `children.access`.

    django-guardian's rows are one of the rules there, with their end dates, so nothing is asked twice and no denial
    can be passed by.
    """

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        app_label, _, codename = perm.partition(".")
        if app_label != "children" or not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        if codename not in ACTIONS or not isinstance(obj, Child | Department | Preschool | None):
            return False
        return access.can(Actor.of_person(user_obj), ACTIONS[codename], obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        return {f"children.{action}" for action in access.Action if self.has_perm(user_obj, f"children.{action}", obj)}
