"""Addresses of bulletins."""

from django.urls import path

from messaging.views import bulletin_writing, bulletins

urlpatterns = [
    path("anslag/", bulletins.bulletins, name="bulletins"),
    path("anslag/mina/", bulletins.own_bulletins, name="own_bulletins"),
    path("anslag/skriv/", bulletin_writing.write, name="bulletin_write"),
    path("anslag/lasare/personal/", bulletin_writing.house, name="bulletin_house"),
    path("anslag/lasare/<uuid:department_id>/", bulletin_writing.readers, name="bulletin_readers"),
    path("anslag/<uuid:bulletin_id>/", bulletins.bulletin, name="bulletin"),
    path("anslag/<uuid:bulletin_id>/andra/", bulletin_writing.change, name="bulletin_change"),
    path("anslag/<uuid:bulletin_id>/angra/", bulletin_writing.undo, name="bulletin_undo"),
    path("anslag/<uuid:bulletin_id>/ta-bort/", bulletin_writing.discard, name="bulletin_discard"),
    path("anslag/<uuid:bulletin_id>/aterkalla/", bulletin_writing.withdraw, name="bulletin_withdraw"),
    path("anslag/<uuid:bulletin_id>/last/", bulletins.confirm, name="bulletin_confirm"),
    path("anslag/<uuid:bulletin_id>/siffror/", bulletins.fresh, name="bulletin_fresh"),
    path("anslag/<uuid:bulletin_id>/inte-last/", bulletins.unread, name="bulletin_unread"),
    path("anslag/<uuid:bulletin_id>/ringlista/", bulletins.calls, name="bulletin_calls"),
    path("anslag/<uuid:bulletin_id>/ringlista/<uuid:copy_id>/", bulletins.reached, name="bulletin_reached"),
]
