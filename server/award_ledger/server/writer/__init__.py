"""The one way to write: commands wait in a queue, are decided in order under the head lock, and commit together."""
