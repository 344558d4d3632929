"""The audit trail's making: what a leaf of the log contains."""
