"""Accounts and posts as an organisation administrator keeps them: the list, an account, and a new one."""
