"""The walks through the log behind the questions of auditors."""
