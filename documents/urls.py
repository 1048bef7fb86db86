"""Addresses of documents and forms. Each has a row in the door test."""

from django.urls import path

from documents.views import form_building, forms, house, own_forms, papers, sharing, uploads

app_name = "documents"
urlpatterns = [
    path("uppladdning/", uploads.uploads, name="uploads"),
    path("uppladdning/<uuid:upload_id>/", uploads.upload_part, name="upload_part"),
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
    path("blanketter/", own_forms.own_list, name="own_list"),
    path("blanketter/<uuid:form_id>/<uuid:child_id>/", own_forms.own, name="own"),
    path("blanketter/<uuid:form_id>/<uuid:child_id>/svar/", own_forms.own_answer, name="own_answer"),
    path("blanketter/personal/", forms.forms, name="forms"),
    path("blanketter/personal/ny/", form_building.form_new, name="form_new"),
    path("blanketter/personal/<uuid:form_id>/", forms.form, name="form"),
    path("blanketter/personal/<uuid:form_id>/bygg/", form_building.form_build, name="form_build"),
    path("blanketter/personal/<uuid:form_id>/se/", form_building.form_preview, name="form_preview"),
    path("blanketter/personal/<uuid:form_id>/kasta/", form_building.form_throw_away, name="form_throw_away"),
    path("blanketter/personal/<uuid:form_id>/paminn/", forms.form_remind, name="form_remind"),
    path("blanketter/personal/<uuid:form_id>/stang/", forms.form_close, name="form_close"),
    path("blanketter/personal/<uuid:form_id>/mall/", forms.form_keep, name="form_keep"),
    path("blanketter/personal/<uuid:form_id>/barn/<uuid:child_id>/", forms.form_child, name="form_child"),
    path(
        "blanketter/personal/<uuid:form_id>/barn/<uuid:child_id>/<uuid:person_id>/",
        forms.form_paper,
        name="form_paper",
    ),
    path("barn/<uuid:child_id>/blanketter/", forms.child_forms, name="child_forms"),
]
