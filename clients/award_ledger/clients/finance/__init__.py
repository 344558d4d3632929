"""What finance uses on its own machine: bank files, read and written without the server."""
