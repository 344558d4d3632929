"""What departments and finance can do: one command a file, each turning a request into one fact."""
