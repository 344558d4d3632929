"""The server of the award ledger: commands, the writer, the store, and what is published over gRPC."""
