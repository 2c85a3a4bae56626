from cases import views
from django.urls import path

urlpatterns = [
    path("cases/<str:code>/history", views.history),
    path("cases/<str:code>/<str:trigger>", views.fire),
    path("containment", views.containment),
]
