"""The commands, by what they are about. Each module gives its commands to the tree; nothing happens at import."""
