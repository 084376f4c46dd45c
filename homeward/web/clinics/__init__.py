"""Group clinics: the list, a clinic with its sessions and bookings, a session, booking somebody, transport."""
