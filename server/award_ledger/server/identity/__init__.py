"""Who calls, proven: certificates, tokens, the keys of issuers, and the file that says who is who."""
