"""`award-ledger simulate`: what Terms would grant, on published awards or on the history of a ledger."""
