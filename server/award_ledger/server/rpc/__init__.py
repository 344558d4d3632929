"""The API: gRPC requests become commands and reads, and what comes of them becomes answers or statuses."""
