"""The contract, version 1: messages and gRPC stubs, generated beside the .proto files that they come from."""
