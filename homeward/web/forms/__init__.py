"""One renderer for any form that procedures define: to fill in, check, read and print."""
