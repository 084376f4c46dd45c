"""Every address the service answers: pages from `web`, machines from `api`."""

from django.urls import include, path

from homeward.api.fhir.importing.views import take_record

urlpatterns = [
    path("fhir", take_record),
    path("fhir/", include("homeward.api.fhir.urls")),
    path("api/", include("homeward.api.urls")),
    path("", include("homeward.web.urls")),
]

handler400 = "homeward.web.views.bad_request"
handler403 = "homeward.web.views.not_allowed"
handler404 = "homeward.web.views.not_found"
handler500 = "homeward.web.views.went_wrong"
