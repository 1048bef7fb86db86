"""Addresses of documents. Each has a row in the door test."""

from django.urls import path

from documents.views import house, papers, sharing

app_name = "documents"
urlpatterns = [
    path("dokument/", papers.documents, name="documents"),
    path("dokument/avdelning/<uuid:department_id>/", house.department, name="department"),
    path("dokument/forskola/<uuid:preschool_id>/", house.preschool, name="preschool"),
    path("dokument/kommunen/", house.municipality, name="municipality"),
    path("dokument/mapp/<uuid:folder_id>/", house.folder, name="folder"),
    path("dokument/mapp/<uuid:folder_id>/ladda-upp/", sharing.upload, name="upload"),
    path("dokument/mapp/<uuid:folder_id>/dela/", sharing.share, name="share"),
    path("dokument/fil/<uuid:version_id>/", papers.file, name="file"),
    path("dokument/fil/<uuid:version_id>/sida/<int:number>/<slug:size>/", papers.page, name="page"),
    path("dokument/<uuid:document_id>/", papers.document, name="document"),
    path("dokument/<uuid:document_id>/svara/", papers.answer, name="answer"),
    path("dokument/<uuid:document_id>/version/", house.renew, name="renew"),
    path("dokument/<uuid:document_id>/paminn/", house.remind, name="remind"),
    path("dokument/<uuid:document_id>/ta-bort/", house.end, name="end"),
]
