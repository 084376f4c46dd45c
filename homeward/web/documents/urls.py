"""Addresses of a person's documents. None says what a document is called or is about."""

from django.urls import path

from homeward.web.documents import views

app_name = "documents"
urlpatterns = [
    path("", views.documents, name="list"),
    path("add", views.add, name="add"),
    path("write", views.write, name="write"),
    path("file-from-message", views.file_from_message, name="file_from_message"),
    path("<int:document_id>", views.document, name="open"),
    path("<int:document_id>/versions/<int:number>", views.document, name="version"),
    path("<int:document_id>/versions/<int:number>/file", views.file, name="file"),
    path("<int:document_id>/add-version", views.add_version_of, name="add_version"),
    path("<int:document_id>/withdraw", views.withdraw, name="withdraw"),
]
