"""Pages of the account, split by what somebody is there to do."""
